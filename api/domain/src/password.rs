//! What a password must be before it is worth hashing.
//!
//! Length and a list of known ones, no rules about kinds of characters (NIST SP 800-63B, section 3.1.1.2).

use crate::email::EmailAddress;

/// Fewest characters of a password.
pub const MIN_CHARACTERS: usize = 8;
/// Most characters of a password; more would only cost time to hash.
pub const MAX_CHARACTERS: usize = 128;

/// Known passwords of eight characters and more that lead every list of stolen ones, in lower case.
const COMMON: &[&str] = &[
    "00000000",
    "11111111",
    "111111111",
    "1111111111",
    "11223344",
    "1122334455",
    "112233445566",
    "12121212",
    "123123123",
    "123321123",
    "1234512345",
    "12341234",
    "1234554321",
    "12345678",
    "123456789",
    "1234567890",
    "12345678910",
    "1234567891",
    "123456789a",
    "123456789q",
    "12345678a",
    "12345qwert",
    "1234qwer",
    "123qwe123",
    "123qweasd",
    "147258369",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "1qazxsw2",
    "20100728",
    "22222222",
    "55555555",
    "66666666",
    "77777777",
    "777888999",
    "87654321",
    "88888888",
    "987654321",
    "9876543210",
    "99999999",
    "a1234567",
    "a12345678",
    "a123456789",
    "aa12345678",
    "aa123456",
    "abc12345",
    "abcd1234",
    "abc123456",
    "abcdefgh",
    "abcdefg1",
    "admin123",
    "admin1234",
    "administrator",
    "alexander",
    "asdasdasd",
    "asdf1234",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "babygirl",
    "baseball",
    "basketball",
    "changeme",
    "chocolate",
    "computer",
    "consumer",
    "corvette",
    "dearbook",
    "football",
    "football1",
    "fuckyou1",
    "g_czechout",
    "gfhjkmgfhjkm",
    "hello123",
    "iloveyou",
    "iloveyou1",
    "internet",
    "jennifer",
    "jordan23",
    "jonathan",
    "justinbieber",
    "letmein1",
    "liverpool",
    "liverpool1",
    "login123",
    "master123",
    "maverick",
    "mercedes",
    "michelle",
    "midnight",
    "mustang1",
    "myspace1",
    "nintendo",
    "novemberr",
    "p@ssw0rd",
    "p@ssword",
    "pa$$word",
    "passw0rd",
    "password",
    "password!",
    "password1",
    "password1!",
    "password12",
    "password123",
    "password1234",
    "pokemon1",
    "princess",
    "princess1",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qazwsxedc",
    "qwaszx12",
    "qwer1234",
    "qwerasdf",
    "qwerqwer",
    "qwert123",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "qwerty12345",
    "qwertyui",
    "qwertyuiop",
    "samantha",
    "starwars",
    "steelers",
    "sunshine",
    "sunshine1",
    "superman",
    "superman1",
    "trustno1",
    "undertaker",
    "unknown1",
    "victoria",
    "welcome1",
    "welcome123",
    "whatever",
    "woaini1314",
    "woaini520",
    "woaini123",
    "wojiushiwo",
    "yankees1",
    "zaq12wsx",
    "zxcvbnm1",
    "zxcvbnm123",
    "5201314520",
    "aini1314",
    "qq123456",
    "qq123456789",
    "asd123456",
    "zxc123456",
    "wang1234",
];

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than eight characters.
    #[error("a password has at least {MIN_CHARACTERS} characters")]
    TooShort,
    /// More than 128 characters.
    #[error("a password has at most {MAX_CHARACTERS} characters")]
    TooLong,
    /// On every attacker's list.
    #[error("this password is among the most common ones")]
    Common,
    /// The e-mail address or the part before the @.
    #[error("the password must not be the e-mail address")]
    IsEmail,
}

/// Checks a new password of the account with this address.
///
/// # Errors
///
/// [`WeakPassword`]: too short, too long, well known, or the address itself.
pub fn check(password: &str, email: &EmailAddress) -> Result<(), WeakPassword> {
    let characters = password.chars().count();
    if characters < MIN_CHARACTERS {
        return Err(WeakPassword::TooShort);
    }
    if characters > MAX_CHARACTERS {
        return Err(WeakPassword::TooLong);
    }
    let lower = password.trim().to_lowercase();
    let mut distinct = lower.chars();
    let is_one_character = distinct
        .next()
        .is_none_or(|first| distinct.all(|other| other == first));
    if is_one_character || COMMON.contains(&lower.as_str()) {
        return Err(WeakPassword::Common);
    }
    let local = email.as_str().split('@').next().unwrap_or_default();
    if lower == email.as_str() || lower == local {
        return Err(WeakPassword::IsEmail);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{COMMON, MIN_CHARACTERS, WeakPassword, check};
    use crate::email::EmailAddress;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let email = EmailAddress::parse("ada.lovelace@example.com").unwrap();
        let long = "a1".repeat(65);
        for (password, expected) in [
            ("1234567", Err(WeakPassword::TooShort)),
            ("密码密码密码密", Err(WeakPassword::TooShort)),
            (long.as_str(), Err(WeakPassword::TooLong)),
            ("PassWord1", Err(WeakPassword::Common)),
            (" password1 ", Err(WeakPassword::Common)),
            ("xxxxxxxxxx", Err(WeakPassword::Common)),
            ("        ", Err(WeakPassword::Common)),
            ("Ada.Lovelace", Err(WeakPassword::IsEmail)),
            ("ada.lovelace@EXAMPLE.com", Err(WeakPassword::IsEmail)),
            ("correct horse", Ok(())),
            ("一二三四五六七八", Ok(())),
        ] {
            assert_eq!(check(password, &email), expected, "{password:?}");
        }
    }

    #[test]
    fn the_list_holds_only_what_the_other_rules_let_through() {
        for password in COMMON {
            assert!(password.chars().count() >= MIN_CHARACTERS, "{password}");
            assert_eq!(*password, password.to_lowercase());
        }
    }
}
