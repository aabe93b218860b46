//! The egress guard: which addresses the product may call on behalf of a flow.
//!
//! Private, local and metadata addresses are refused, however they are written, unless the operator allows a host by
//! name. Names are checked after resolving (`resolve.rs`), and the connection goes to the checked address only.
//! Everything here is a pure function, which the fuzz target `egress` takes as it stands.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use url::{Host, Url};

/// What the operator allows beyond public addresses.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    allowed: Arc<Vec<String>>,
}

impl Egress {
    /// Allows these hosts, as `host` or `host:port`, even if they are private. Link-local addresses stay refused.
    pub fn new(allowed: impl IntoIterator<Item = String>) -> Self {
        let tidy = |host: String| host.trim().to_lowercase();
        Self { allowed: Arc::new(allowed.into_iter().map(tidy).filter(|host| !host.is_empty()).collect()) }
    }

    /// Is this host one that the operator allowed?
    pub(crate) fn is_allowed(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let port = url.port_or_known_default().unwrap_or(0);
        self.allowed.iter().any(|allowed| allowed == host || *allowed == format!("{host}:{port}"))
    }

    /// May this address be called? `Err` says why not, in Chinese and English. Names are checked again when they are
    /// resolved.
    pub(crate) fn check(&self, url: &Url) -> Result<(), (&'static str, &'static str)> {
        let refused = |zh, en| Err((zh, en));
        if !matches!(url.scheme(), "http" | "https") {
            return refused("只能访问 http 和 https 地址", "only http and https addresses can be called");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("网址里不能有用户名和密码", "an address must not contain a user name or password");
        }
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(name)) if is_local_name(name) && !self.is_allowed(url) => {
                return refused("不能访问本机和内网的名称", "local names cannot be called");
            }
            Some(Host::Domain(_)) => None,
            None => return refused("网址里没有主机名", "the address has no host"),
        };
        match ip {
            Some(ip) if is_never_allowed(ip) => {
                refused("不能访问链路本地地址", "link-local addresses cannot be called")
            }
            Some(ip) if !is_public(ip) && !self.is_allowed(url) => {
                refused("不能访问内网地址", "private addresses cannot be called")
            }
            _ => Ok(()),
        }
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    matches!(name.rsplit('.').next(), Some("localhost" | "internal" | "local"))
}

/// Cloud metadata lives here.
pub(crate) fn is_never_allowed(ip: IpAddr) -> bool {
    match unwrapped(ip) {
        IpAddr::V4(ip) => ip.is_link_local() || ip == Ipv4Addr::new(100, 100, 100, 200),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.segments()[..4] == [0xfd00, 0xec2, 0, 0],
    }
}

/// Is this an address of the public internet?
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match unwrapped(ip) {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let is_global = (0x2000..=0x3fff).contains(&a);
    let is_special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    is_global && !is_special
}

/// IPv4 inside IPv6 is judged as IPv4: mapped, compatible, NAT64, 6to4.
fn unwrapped(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) => v4(g, h),
        (0, 0, 0, 0, 0, 0) if g != 0 => v4(g, h),
        // The well-known prefix alone: what a network's own one leads to, only that network knows.
        (0x64, 0xff9b, 0, 0, 0, 0) => v4(g, h),
        (0x2002, ..) => v4(b, c),
        _ => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        let egress = Egress::default();
        for address in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://①②⑦.⓪.⓪.①/",
            "http://127。0。0。1/",
            "http://10.0.0.1/",
            "http://100.100.100.200/",
            "http://169.254.169.254/latest/meta-data",
            "http://192.0.0.192/",
            "http://198.18.0.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[64:ff9b:1:7f00:0:100:808:808]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://[2001:db8::1]/",
            "http://localhost/",
            "http://localhost./",
            "http://metadata.google.internal./",
            "http://user:word@example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
        ] {
            let url = Url::parse(address).expect(address);
            assert!(egress.check(&url).is_err(), "{address}");
        }
        for address in ["https://example.com/a?b", "http://8.8.8.8:8080/", "http://[2606:4700::1111]/"] {
            let url = Url::parse(address).expect(address);
            assert_eq!(egress.check(&url), Ok(()), "{address}");
        }
    }

    #[test]
    fn an_allowed_host_may_be_private_but_never_link_local() {
        let egress = Egress::new(["127.0.0.1:9000".into(), "10.0.0.5".into(), "169.254.169.254".into()]);

        let check = |address| egress.check(&Url::parse(address).expect(address)).is_ok();

        assert!(check("http://127.0.0.1:9000/x"));
        assert!(!check("http://127.0.0.1:9001/x"));
        assert!(check("https://10.0.0.5/x"));
        assert!(!check("http://169.254.169.254/"));
    }
}
