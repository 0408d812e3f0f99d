//! E-mail addresses.

use serde::{Deserialize, Serialize};

/// Longest address: what fits in the path of an SMTP command (RFC 5321, section 4.5.3.1.3).
const MAX_LENGTH: usize = 254;
/// Longest part before the @ (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;

/// An e-mail address, trimmed and in lower case, so that one mailbox has one spelling.
///
/// It is safe to put in a mail header: it holds no control character, space, comma, quote or angle bracket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// The text is no e-mail address that can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no e-mail address such as ada@example.com")]
pub struct InvalidEmail;

impl EmailAddress {
    /// Reads an address. Takes what mail systems take in practice, not all that RFC 5322 would.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] without exactly one @ between a name and a domain with a dot, with a character that has a
    /// meaning in mail headers, or when it is too long.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim().to_lowercase();
        let (local, domain) = address.split_once('@').ok_or(InvalidEmail)?;
        let is_plain = address.chars().all(is_allowed) && !domain.contains('@');
        if !is_plain || address.len() > MAX_LENGTH || local.len() > MAX_LOCAL_LENGTH {
            return Err(InvalidEmail);
        }
        let is_local_fine = !local.is_empty()
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if !is_local_fine || !is_domain(domain) {
            return Err(InvalidEmail);
        }
        Ok(Self(address))
    }

    /// Gives the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_allowed(character: char) -> bool {
    !character.is_control()
        && !character.is_whitespace()
        && !matches!(character, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\\' | '`')
        // Invisible and direction-changing characters make one address look like another.
        && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|character| character.is_alphanumeric() || character == '-')
        })
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{EmailAddress, InvalidEmail};

    #[test]
    fn addresses_are_trimmed_and_lower_case() {
        for (text, address) in [
            (" Ada@Example.COM\n", "ada@example.com"),
            ("a+b.c@shop.example", "a+b.c@shop.example"),
            ("张三@例子.测试", "张三@例子.测试"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), address);
        }
    }

    #[test]
    fn what_cannot_be_written_to_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "ada@@example.com",
            "a@b@example.com",
            "ada@.com",
            "ada@example..com",
            "ada@-example.com",
            ".ada@example.com",
            "a..da@example.com",
            "ada lovelace@example.com",
            "ada@example.com\r\nBcc: all@example.com",
            "ada@example.com,eve@example.com",
            "<ada@example.com>",
            "\"ada\"@example.com",
            "ada\u{200b}@example.com",
            long.as_str(),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmail), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_address_is_safe_in_a_header_and_stable(text in "\\PC{0,12}[@.]\\PC{0,12}[@.]\\PC{0,5}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                assert!(!address.as_str().chars().any(|character| character.is_control() || character.is_whitespace()));
                assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }
    }
}
