//! Which addresses events may be sent to. Whoever may write a webhook must not reach what only this machine can reach: the
//! database beside it, a cloud's metadata, somebody's printer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::config::IpNetwork;

/// Longest address, in characters.
const MAX_LENGTH: usize = 2_000;

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is too long, or holds a user name, a password or a fragment.
    #[error("the address is too long, or holds a name, a password or a fragment")]
    Malformed,
    /// It is not https on port 443; only addresses of the shop's own networks may be other.
    #[error("the address must be https on port 443")]
    Unsafe,
    /// It leads to a private network that is not listed in the settings.
    #[error("the address leads to a private network")]
    Private,
    /// Its name leads nowhere.
    #[error("the address is not reachable")]
    Unreachable,
}

/// The private networks an administrator opened for webhooks.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Vec<IpNetwork>);

impl Allowed {
    /// Wraps the list of a configuration.
    #[must_use]
    pub fn new(networks: Vec<IpNetwork>) -> Self {
        Self(networks)
    }

    /// Whether an address may be called. Outside the networks of the shop itself only https is spoken.
    #[must_use]
    pub fn lets(&self, address: IpAddr, way: Way) -> bool {
        self.0.iter().any(|network| network.contains(address))
            || (way == Way::Public && is_public(address))
    }

    /// Reads how an address is called, and refuses one that no address of its name could mend.
    ///
    /// # Errors
    /// Each [`AddressError`] but [`AddressError::Unreachable`].
    pub fn way(&self, url: &Url) -> Result<Way, AddressError> {
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.as_str().len() <= MAX_LENGTH;
        if !is_plain || !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Malformed);
        }
        let way = if url.scheme() == "https" && url.port_or_known_default() == Some(443) {
            Way::Public
        } else if self.0.is_empty() {
            return Err(AddressError::Unsafe);
        } else {
            Way::Inside
        };
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(AddressError::Malformed),
        };
        match literal {
            Some(address) if !self.lets(address, way) => Err(AddressError::Private),
            Some(_) | None => Ok(way),
        }
    }
}

/// How an address is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By https: anywhere on the Internet.
    Public,
    /// Otherwise: within the listed networks only.
    Inside,
}

/// Whether an address is one of the Internet, and of one machine there.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special ranges of RFC 6890 and its successors are none.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        [0 | 10 | 127 | 224..=255, ..]
        | [100, 64..=127, ..]
        | [169, 254, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => true,
        [_, _, _, _] => false,
    };
    !is_special
}

/// Only `2000::/3` is given out. In it lie tunnels whose addresses hide one of IPv4, and ranges for tests and examples.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let is_special = match address.segments() {
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => true,
        [_, _, _, _, _, _, _, _] => false,
    };
    let [first, ..] = address.octets();
    first >> 5 == 0b001 && !is_special
}

#[cfg(test)]
mod tests {
    use super::{AddressError, Allowed, Way, is_public};
    use url::Url;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn inside() -> Allowed {
        Allowed::new(vec!["10.1.0.0/16".parse().unwrap(), "::1".parse().unwrap()])
    }

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for public in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1111",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_address_is_https_on_its_port_unless_a_network_was_opened() {
        let closed = Allowed::default();
        assert_eq!(
            closed.way(&url("https://erp.example.com/in?x=1")),
            Ok(Way::Public)
        );
        for (text, error) in [
            ("http://erp.example.com/", AddressError::Unsafe),
            ("https://erp.example.com:8443/", AddressError::Unsafe),
            ("https://127.0.0.1/", AddressError::Private),
            ("https://0x7f.1/", AddressError::Private),
            ("https://2130706433/", AddressError::Private),
            ("https://[::ffff:7f00:1]/", AddressError::Private),
            ("https://user@erp.example.com/", AddressError::Malformed),
            ("https://:word@erp.example.com/", AddressError::Malformed),
            ("https://erp.example.com/#part", AddressError::Malformed),
            ("ftp://erp.example.com/", AddressError::Malformed),
        ] {
            assert_eq!(closed.way(&url(text)), Err(error), "{text}");
        }
        let long = format!("https://erp.example.com/{}", "x".repeat(2_000));
        assert_eq!(closed.way(&url(&long)), Err(AddressError::Malformed));
    }

    #[test]
    fn an_opened_network_is_reached_as_it_likes_and_no_other() {
        assert_eq!(inside().way(&url("http://10.1.2.3:9000/")), Ok(Way::Inside));
        assert_eq!(inside().way(&url("http://[::1]:9000/")), Ok(Way::Inside));
        assert_eq!(
            inside().way(&url("http://10.2.0.1/")),
            Err(AddressError::Private)
        );
        assert_eq!(
            inside().way(&url("http://8.8.8.8/")),
            Err(AddressError::Private)
        );
        assert_eq!(inside().way(&url("http://erp.local/")), Ok(Way::Inside));
        assert!(!inside().lets("8.8.8.8".parse().unwrap(), Way::Inside));
        assert!(inside().lets("8.8.8.8".parse().unwrap(), Way::Public));
    }
}
