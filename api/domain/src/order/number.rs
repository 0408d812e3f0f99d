//! Order numbers: what buyers read out on the telephone.

use chrono::NaiveDate;

/// Writes an order number: the channel's prefix, the day in UTC as `yymmdd`, and the channel's running number with at least
/// six digits. Running numbers never begin anew, so that a number is unique in its channel.
#[must_use]
pub fn order_number(prefix: &str, placed_on: NaiveDate, running: u64) -> String {
    format!("{prefix}{}{running:06}", placed_on.format("%y%m%d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits_or_more() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        assert_eq!(order_number("V", day, 1), "V261102000001");
        assert_eq!(order_number("", day, 12_345_678), "26110212345678");
    }
}
