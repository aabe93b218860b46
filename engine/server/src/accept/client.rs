//! Who sends a request: the other end of the connection, or whom a trusted proxy names.

use std::convert::Infallible;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Request};
use tower_service::Service;

use super::wire::Peer;

/// What proxies write, and anybody else may write too.
const FORWARDED: [&str; 8] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
];

/// Who sends a request; every request has one in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Proxies whose word is taken for whom they forward.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<Network>);

/// A range of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    first: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let first: IpAddr = address.parse().map_err(|_| format!("`{address}` is not an address like 10.0.0.1"))?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| format!("`{text}` has no number after the slash"))?;
        if bits > most {
            return Err(format!("`{text}`: a prefix has at most {most} bits"));
        }
        Ok(Self { first, bits })
    }
}

impl Network {
    fn has(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                (u32::from(first) ^ u32::from(address)).checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                (u128::from(first) ^ u128::from(address)).checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl Proxies {
    /// These proxies.
    pub(crate) fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Is this one of them?
    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address.to_canonical()))
    }

    /// Whom a trusted proxy forwards: the last address in `X-Forwarded-For` that is not a trusted proxy itself.
    /// What stands before it was written by strangers.
    fn forwarded(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let address = entry.trim().trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok()?;
            if !self.is_trusted(address) {
                return Some(address.to_canonical());
            }
        }
        None
    }
}

/// The app as one connection sees it: requests know who sent them, and strangers' forwarded headers are gone.
#[derive(Clone, Debug)]
pub(super) struct PerConnection {
    app: Router,
    peer: Arc<Peer>,
    /// There when the other end is a trusted proxy.
    proxies: Option<Arc<Proxies>>,
}

impl PerConnection {
    pub(super) fn new(app: Router, peer: Arc<Peer>, proxies: Option<Arc<Proxies>>) -> Self {
        Self { app, peer, proxies }
    }
}

impl<B> Service<Request<B>> for PerConnection
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = <Router as Service<Request<Body>>>::Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Body>>::poll_ready(&mut self.app, cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let named = self.proxies.as_ref().and_then(|proxies| proxies.forwarded(request.headers()));
        if self.proxies.is_none() {
            for name in FORWARDED {
                request.headers_mut().remove(name);
            }
        }
        request.extensions_mut().insert(Client(named.unwrap_or(self.peer.address)));
        request.extensions_mut().insert(Arc::clone(&self.peer));
        self.app.call(request.map(Body::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_tell_who_is_in_them() {
        check("10.0.0.0/8", "10.9.9.9", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("192.0.2.7", "192.0.2.7", true);
        check("192.0.2.7", "192.0.2.8", false);
        check("0.0.0.0/0", "8.8.8.8", true);
        check("fd00::/8", "fd12::1", true);
        check("10.0.0.0/8", "::ffff:10.1.1.1", true);
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("proxy".parse::<Network>().is_err());
    }

    #[test]
    fn the_last_stranger_is_the_client() {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().expect("a network")]);
        let forwarded = |text: &'static str| {
            let headers =
                HeaderMap::from_iter([("x-forwarded-for".parse().expect("a name"), text.parse().expect("a value"))]);
            proxies.forwarded(&headers).map(|address| address.to_string())
        };

        assert_eq!(forwarded("203.0.113.9").as_deref(), Some("203.0.113.9"));
        assert_eq!(forwarded("1.1.1.1, 203.0.113.9, 10.0.0.2").as_deref(), Some("203.0.113.9"));
        assert_eq!(forwarded("1.1.1.1, not an address, 10.0.0.2"), None);
        assert_eq!(forwarded("10.0.0.3"), None);
    }

    fn check(network: &str, address: &str, expected: bool) {
        let proxies = Proxies::new(vec![network.parse().expect(network)]);
        assert_eq!(proxies.is_trusted(address.parse().expect(address)), expected, "{network} {address}");
    }
}
