//! Exact decimal numbers as text, read into and written from scaled integers; never through a float.

/// Why a text is no decimal number of the wanted scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalTextError {
    /// Not digits with an optional sign and point.
    #[error("write a plain decimal number such as 12.30")]
    Malformed,
    /// More digits after the point than there may be.
    #[error("at most {allowed} digits may follow the point")]
    TooPrecise {
        /// Digits that may follow the point.
        allowed: u32,
    },
    /// Too large to be stored.
    #[error("the number is too large")]
    TooLarge,
}

/// Reads `12.30` with scale 2 as 1230.
///
/// Takes an optional minus, digits, and optionally a point and digits: no plus, exponent, spaces or bare point.
///
/// # Errors
///
/// [`DecimalTextError`]: `Malformed`, `TooPrecise` with more than `scale` digits after the point (zeros too, since
/// they claim a precision that is not there), `TooLarge` beyond 64 bits.
pub fn parse_scaled(text: &str, scale: u32) -> Result<i64, DecimalTextError> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return Err(DecimalTextError::Malformed),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let is_number = !whole.is_empty()
        && whole
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(DecimalTextError::Malformed);
    }
    let too_precise = DecimalTextError::TooPrecise { allowed: scale };
    let fraction_length = u32::try_from(fraction.len()).map_err(|_too_long| too_precise)?;
    let missing_zeros = scale.checked_sub(fraction_length).ok_or(too_precise)?;
    let magnitude = whole
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_i128, |value, byte| {
            value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))
        })
        .and_then(|value| value.checked_mul(10_i128.checked_pow(missing_zeros)?))
        .ok_or(DecimalTextError::TooLarge)?;
    let signed = if is_negative { -magnitude } else { magnitude };
    i64::try_from(signed).map_err(|_too_large| DecimalTextError::TooLarge)
}

/// Writes 1230 with scale 2 as `12.30`.
#[must_use]
pub fn print_scaled(value: i64, scale: u32) -> String {
    let digits = value.unsigned_abs().to_string();
    let scale = usize::try_from(scale).unwrap_or(usize::MAX);
    let padded = format!("{digits:0>width$}", width = scale.saturating_add(1));
    let sign = if value < 0 { "-" } else { "" };
    match padded.split_at_checked(padded.len().saturating_sub(scale)) {
        Some((whole, fraction)) if scale > 0 => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{padded}"),
    }
}

/// Writes 75000 with scale 4 as `7.5`: like [`print_scaled`], without zeros at the end.
#[must_use]
pub fn print_shortest(value: i64, scale: u32) -> String {
    let full = print_scaled(value, scale);
    if full.contains('.') {
        full.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        full
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{DecimalTextError, parse_scaled, print_scaled, print_shortest};

    #[test]
    fn reads_plain_decimals() {
        for (text, scale, expected) in [
            ("12.30", 2, 1230),
            ("12.3", 2, 1230),
            ("12", 2, 1200),
            ("0", 0, 0),
            ("-0.05", 2, -5),
            ("007", 2, 700),
            ("1.234", 3, 1234),
            ("92233720368547758.07", 2, i64::MAX),
            ("-92233720368547758.08", 2, i64::MIN),
        ] {
            assert_eq!(parse_scaled(text, scale), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        use DecimalTextError::{Malformed, TooLarge, TooPrecise};
        for (text, scale, expected) in [
            ("", 2, Malformed),
            ("-", 2, Malformed),
            (".5", 2, Malformed),
            ("5.", 2, Malformed),
            ("+5", 2, Malformed),
            ("--5", 2, Malformed),
            ("1e3", 2, Malformed),
            ("1,50", 2, Malformed),
            (" 1", 2, Malformed),
            ("1.2.3", 2, Malformed),
            ("٣", 2, Malformed),
            ("NaN", 2, Malformed),
            ("1.234", 2, TooPrecise { allowed: 2 }),
            ("1.200", 2, TooPrecise { allowed: 2 }),
            ("1.0", 0, TooPrecise { allowed: 0 }),
            ("92233720368547758.08", 2, TooLarge),
            (
                "1000000000000000000000000000000000000000000000000000",
                2,
                TooLarge,
            ),
        ] {
            assert_eq!(parse_scaled(text, scale), Err(expected), "{text}");
        }
    }

    #[test]
    fn writes_every_digit_or_the_fewest() {
        assert_eq!(print_scaled(1230, 2), "12.30");
        assert_eq!(print_scaled(-5, 2), "-0.05");
        assert_eq!(print_scaled(5, 0), "5");
        assert_eq!(print_scaled(i64::MIN, 2), "-92233720368547758.08");
        assert_eq!(print_shortest(75_000, 4), "7.5");
        assert_eq!(print_shortest(100_000, 4), "10");
        assert_eq!(print_shortest(0, 4), "0");
        assert_eq!(print_shortest(100, 0), "100");
    }

    proptest! {
        #[test]
        fn numbers_survive_their_text(value in any::<i64>(), scale in 0_u32..6) {
            assert_eq!(parse_scaled(&print_scaled(value, scale), scale), Ok(value));
            assert_eq!(parse_scaled(&print_shortest(value, scale), scale), Ok(value));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,60}", scale in 0_u32..6) {
            let _ = parse_scaled(&text, scale);
        }
    }
}
