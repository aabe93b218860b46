//! Resolving names to addresses that may be called: what a connection goes to has been checked.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::egress::{is_never_allowed, is_public};

/// Resolves names to public addresses only.
#[derive(Debug)]
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        resolve(name, is_public)
    }
}

/// Resolves names that the operator allowed: anything but link-local.
#[derive(Debug)]
pub(crate) struct NotLinkLocal;

impl Resolve for NotLinkLocal {
    fn resolve(&self, name: Name) -> Resolving {
        resolve(name, |ip| !is_never_allowed(ip))
    }
}

fn resolve(name: Name, is_fine: fn(IpAddr) -> bool) -> Resolving {
    Box::pin(async move {
        let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
        let fine: Vec<SocketAddr> = found.filter(|address| is_fine(address.ip())).collect();
        if fine.is_empty() {
            return Err("the name leads to addresses that cannot be called".into());
        }
        let addresses: Addrs = Box::new(fine.into_iter());
        Ok(addresses)
    })
}
