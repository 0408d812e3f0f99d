//! Enums with one text each: the spelling of the public schema, of the database and of JSON.

/// An enum whose variants are known by a text, the same in the schema, in the database and in JSON.
pub trait TextEnum: Copy + Eq + 'static {
    /// Name of the type, for messages.
    const NAME: &'static str;
    /// Every variant in the order of declaration.
    const ALL: &'static [Self];

    /// Gives the variant's text, such as `DRAFT`.
    fn as_str(self) -> &'static str;

    /// Finds the variant of a text; `None` when there is none. Case matters.
    #[must_use]
    fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|variant| variant.as_str() == text)
    }
}

/// Declares an enum and its [`TextEnum`], so that each text is written once.
///
/// ```
/// use domain::text_enum::TextEnum;
///
/// domain::text_enum! {
///     /// Life of a lamp.
///     pub enum Lamp {
///         /// It shines.
///         On = "ON",
///         /// It does not.
///         Off = "OFF",
///     }
/// }
/// assert_eq!(Lamp::parse("OFF"), Some(Lamp::Off));
/// assert_eq!(Lamp::On.to_string(), "ON");
/// ```
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        $vis enum $name {
            $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)+
        }

        impl $crate::text_enum::TextEnum for $name {
            const NAME: &'static str = stringify!($name);
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::TextEnum;

    text_enum! {
        enum Signal {
            Stop = "STOP",
            GoOn = "GO_ON",
        }
    }

    #[test]
    fn every_variant_is_found_by_its_text_and_by_no_other() {
        for signal in Signal::ALL {
            assert_eq!(Signal::parse(signal.as_str()), Some(*signal));
        }
        assert_eq!(Signal::parse("stop"), None);
        assert_eq!(Signal::parse(""), None);
        assert_eq!(Signal::NAME, "Signal");
    }

    #[test]
    fn json_is_the_text() {
        assert_eq!(serde_json::to_string(&Signal::GoOn).unwrap(), "\"GO_ON\"");
        assert_eq!(
            serde_json::from_str::<Signal>("\"STOP\"").unwrap(),
            Signal::Stop
        );
    }
}
