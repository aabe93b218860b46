//! Any address, as text or as the bytes of an IP address: what the guard lets out is public by a second judgement, however
//! it is written, and what an operator allows is never link-local.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

use egress::Egress;

/// The guard itself, without the engine around it, which takes long to build with sanitizers.
#[path = "../../engine/runtime/src/perform/egress.rs"]
mod egress;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        judge(&format!("http://{}/", Ipv4Addr::from(bytes)));
    }
    if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        judge(&format!("http://[{}]/", Ipv6Addr::from(bytes)));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        judge(text);
    }
});

fn judge(address: &str) {
    let Ok(url) = Url::parse(address) else { return };
    let verdict = Egress::default().check(&url);
    if verdict.is_ok() {
        assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none());
        match url.host().expect("a host") {
            Host::Ipv4(ip) => assert!(is_public_v4(ip), "{ip}"),
            Host::Ipv6(ip) => assert!(is_public_v6(ip), "{ip}"),
            Host::Domain(name) => {
                assert!(name.parse::<IpAddr>().is_err(), "{name}");
                let local = ["localhost", "internal", "local"];
                assert!(!name.split('.').rfind(|part| !part.is_empty()).is_some_and(|last| local.contains(&last)));
            }
        }
    }
    // As the usual way of writing has it.
    let again = Url::parse(url.as_str()).expect("what was written");
    assert_eq!(Egress::default().check(&again), verdict, "{url}");
    let Some(host) = url.host_str() else { return };
    if Egress::new([host.to_owned()]).check(&url).is_ok() {
        match url.host() {
            Some(Host::Ipv4(ip)) => assert!(!ip.is_link_local(), "{ip}"),
            Some(Host::Ipv6(ip)) => {
                let inside = ip.to_ipv4().or_else(|| translated(ip));
                assert!(!ip.is_unicast_link_local() && !inside.is_some_and(|ip| ip.is_link_local()), "{ip}");
            }
            _ => {}
        }
    }
}

/// By the standard library's words for special addresses, and by the registry of those that it has no word for.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_unspecified()
        || ip.is_multicast();
    let is_shared = a == 100 && b & 0xc0 == 64;
    let is_for_benchmarks = a == 198 && b & 0xfe == 18;
    let is_for_protocols = [a, b, c] == [192, 0, 0];
    !(is_special || is_shared || is_for_benchmarks || is_for_protocols || a == 0 || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = ip.to_ipv4().or_else(|| translated(ip)) {
        return is_public_v4(ip);
    }
    let [a, b, ..] = ip.segments();
    let is_special = ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local();
    let is_for_documents = (a == 0x2001 && b == 0xdb8) || (a == 0x3fff && b < 0x1000);
    let is_teredo = a == 0x2001 && b == 0;
    let is_site_local = a & 0xffc0 == 0xfec0;
    // What networks translate as they like: the address inside may stand anywhere.
    let is_local_translation = a == 0x64;
    !(is_special || is_for_documents || is_teredo || is_site_local || is_local_translation)
}

/// The IPv4 address that is reached by NAT64 or 6to4.
fn translated(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = ip.octets();
    let four = |from: usize| Ipv4Addr::new(bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]);
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(four(12)),
        [0x2002, ..] => Some(four(2)),
        _ => None,
    }
}
