//! Members: what a profile may hold.

use chrono::{Datelike, NaiveDate};

use crate::locale::Locale;

/// Longest name, in characters.
pub const MAX_NAME: usize = 200;
/// Longest phone number, in characters.
pub const MAX_PHONE: usize = 40;
/// Earliest year of birth taken for a real one.
const EARLIEST_BIRTH: i32 = 1900;

/// What a member tells about themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Name.
    pub full_name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
    /// Language for mails.
    pub locale: Option<Locale>,
    /// Whether offers may be mailed.
    pub accepts_marketing: bool,
}

/// A change of a profile: what is left out stays, what is `Some(None)` is cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfilePatch {
    /// Name.
    pub full_name: Option<Option<String>>,
    /// Phone.
    pub phone: Option<Option<String>>,
    /// Birthday.
    pub birthday: Option<Option<NaiveDate>>,
    /// Language for mails.
    pub locale: Option<Option<Locale>>,
    /// Whether offers may be mailed; cleared means no.
    pub accepts_marketing: Option<Option<bool>>,
}

/// Why a profile is refused. Fields are named as in the public schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A field is longer than allowed.
    #[error("{field} may have at most {max} characters")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Characters allowed.
        max: usize,
    },
    /// A field holds a line break or another control character.
    #[error("{field} must be a single line of text")]
    ControlCharacter {
        /// The field.
        field: &'static str,
    },
    /// Nobody was born on that day.
    #[error("birthday must be a day from {EARLIEST_BIRTH} to today")]
    Birthday,
}

impl ProfileError {
    /// Gives the field at fault, as named in the public schema.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::TooLong { field, .. } | Self::ControlCharacter { field } => field,
            Self::Birthday => "birthday",
        }
    }
}

impl Profile {
    /// Changes a profile. Texts are trimmed; empty ones become absent.
    ///
    /// # Errors
    ///
    /// [`ProfileError`], naming the first field at fault.
    pub fn apply(self, patch: ProfilePatch, today: NaiveDate) -> Result<Self, ProfileError> {
        let birthday = patch.birthday.unwrap_or(self.birthday);
        if birthday.is_some_and(|day| day > today || day.year() < EARLIEST_BIRTH) {
            return Err(ProfileError::Birthday);
        }
        Ok(Self {
            full_name: patch
                .full_name
                .map_or(Ok(self.full_name), |name| line("fullName", name, MAX_NAME))?,
            phone: patch
                .phone
                .map_or(Ok(self.phone), |phone| line("phone", phone, MAX_PHONE))?,
            birthday,
            locale: patch.locale.unwrap_or(self.locale),
            accepts_marketing: patch
                .accepts_marketing
                .map_or(self.accepts_marketing, Option::unwrap_or_default),
        })
    }
}

fn line(
    field: &'static str,
    text: Option<String>,
    max: usize,
) -> Result<Option<String>, ProfileError> {
    let Some(text) = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    if text.chars().any(char::is_control) {
        return Err(ProfileError::ControlCharacter { field });
    }
    if text.chars().count() > max {
        return Err(ProfileError::TooLong { field, max });
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Profile, ProfileError, ProfilePatch};
    use crate::locale::Locale;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn today() -> NaiveDate {
        day(2026, 11, 21)
    }

    fn full() -> Profile {
        Profile {
            full_name: Some("Ada".to_owned()),
            phone: Some("+49 1".to_owned()),
            birthday: Some(day(1990, 5, 31)),
            locale: Some(Locale::english()),
            accepts_marketing: true,
        }
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_null_is_cleared() {
        assert_eq!(full().apply(ProfilePatch::default(), today()), Ok(full()));
        let clear = ProfilePatch {
            full_name: Some(None),
            phone: Some(Some("  ".to_owned())),
            birthday: Some(None),
            locale: Some(None),
            accepts_marketing: Some(None),
        };
        assert_eq!(full().apply(clear, today()), Ok(Profile::default()));
        let name = ProfilePatch {
            full_name: Some(Some(" 王 小明 ".to_owned())),
            ..ProfilePatch::default()
        };
        assert_eq!(
            full().apply(name, today()).unwrap().full_name.as_deref(),
            Some("王 小明")
        );
    }

    #[test]
    fn bad_fields_are_named() {
        let name = |text: &str| ProfilePatch {
            full_name: Some(Some(text.to_owned())),
            ..ProfilePatch::default()
        };
        let born = |day| ProfilePatch {
            birthday: Some(Some(day)),
            ..ProfilePatch::default()
        };
        let phone = ProfilePatch {
            phone: Some(Some("1".repeat(41))),
            ..ProfilePatch::default()
        };
        assert_eq!(
            full().apply(name("a\nb"), today()),
            Err(ProfileError::ControlCharacter { field: "fullName" })
        );
        assert_eq!(
            full().apply(name(&"ü".repeat(201)), today()),
            Err(ProfileError::TooLong {
                field: "fullName",
                max: 200
            })
        );
        assert_eq!(
            full().apply(phone, today()),
            Err(ProfileError::TooLong {
                field: "phone",
                max: 40
            })
        );
        assert_eq!(
            full().apply(born(day(2026, 11, 22)), today()),
            Err(ProfileError::Birthday)
        );
        assert_eq!(
            full().apply(born(day(1899, 12, 31)), today()),
            Err(ProfileError::Birthday)
        );
        assert!(full().apply(born(today()), today()).is_ok());
        assert!(full().apply(name(&"ü".repeat(200)), today()).is_ok());
    }
}
