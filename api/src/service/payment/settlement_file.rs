//! A settlement as a table (RFC 4180) with the columns `reference,kind,amount,currency,fee,settled_at`, whichever way round.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use csv::{ReaderBuilder, Trim};
use domain::Money;
use domain::money::Currency;
use domain::settlement::LineKind;
use domain::text_enum::TextEnum;

use crate::error::{Error, Result};

/// Most lines of one list.
const MAX_LINES: usize = 5_000;
/// Longest reference, in bytes.
const MAX_REFERENCE: usize = 255;
/// The columns.
const COLUMNS: [&str; 6] = [
    "reference",
    "kind",
    "amount",
    "currency",
    "fee",
    "settled_at",
];

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The payment's key at the provider.
    pub(super) reference: String,
    /// What happened.
    pub(super) kind: LineKind,
    /// With how much money.
    pub(super) amount: Money,
    /// What the provider kept of it; less than nothing when it gave some of it back.
    pub(super) fee: Money,
    /// When it was settled.
    pub(super) settled_at: DateTime<Utc>,
}

/// Reads a list.
///
/// # Errors
/// [`Error::Invalid`] that names the first line and column that cannot be read.
pub(super) fn read(text: &str) -> Result<Vec<Line>> {
    let refuse = |message: String| Error::invalid(&["csv"], message);
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader
        .headers()
        .map_err(|error| refuse(error.to_string()))?;
    let places = COLUMNS.map(|name| headers.iter().position(|header| header == name));
    if let Some((name, _)) = COLUMNS.iter().zip(places).find(|(_, at)| at.is_none()) {
        return Err(refuse(format!("the column {name} is missing")));
    }
    let mut lines = Vec::new();
    for (record, number) in reader.records().zip(2_usize..) {
        let record = record.map_err(|error| refuse(error.to_string()))?;
        let cells = places.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
        let line = line(cells);
        lines.push(line.map_err(|name| refuse(format!("line {number}: {name} cannot be read")))?);
        if lines.len() > MAX_LINES {
            return Err(refuse(format!("at most {MAX_LINES} lines")));
        }
    }
    if lines.is_empty() {
        return Err(refuse("there is no line".to_owned()));
    }
    Ok(lines)
}

/// Reads the cells of a line, or names the column that cannot be read.
fn line(
    [reference, kind, amount, currency, fee, settled_at]: [&str; 6],
) -> Result<Line, &'static str> {
    let currency = Currency::parse(currency).map_err(|_unknown| "currency")?;
    let money = |text: &str| Money::parse(text, currency).ok();
    if reference.is_empty() || reference.len() > MAX_REFERENCE {
        return Err("reference");
    }
    Ok(Line {
        reference: reference.to_owned(),
        kind: LineKind::parse(&kind.to_ascii_uppercase()).ok_or("kind")?,
        amount: money(amount)
            .filter(|amount| amount.is_positive())
            .ok_or("amount")?,
        fee: if fee.is_empty() {
            Money::zero(currency)
        } else {
            money(fee).ok_or("fee")?
        },
        settled_at: instant(settled_at).ok_or("settled_at")?,
    })
}

/// An instant, or the beginning of a day in UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    instant.ok().or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::MIN).and_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let text = "\u{feff}currency, amount,kind,reference,settled_at,fee\nEUR,14.90,charge,pi_1,2026-11-20,0.52\n";
        let lines = read(text).unwrap();
        let euro = |minor| Money::new(minor, Currency::parse("EUR").unwrap());
        let [line] = lines.as_slice() else {
            panic!("one line")
        };
        assert_eq!(
            (line.reference.as_str(), line.kind, line.amount, line.fee),
            ("pi_1", LineKind::Charge, euro(1490), euro(52))
        );
        assert_eq!(line.settled_at.to_rfc3339(), "2026-11-20T00:00:00+00:00");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let head = "reference,kind,amount,currency,fee,settled_at\n";
        let good = "a,CHARGE,1.00,EUR,,2026-11-20T10:00:00Z\n";
        for (body, expected) in [
            ("", "there is no line"),
            (",CHARGE,1,EUR,0,2026-11-20", "line 2: reference"),
            ("a,GIFT,1,EUR,0,2026-11-20", "line 2: kind"),
            ("a,CHARGE,0,EUR,0,2026-11-20", "line 2: amount"),
            ("a,CHARGE,1.001,EUR,0,2026-11-20", "line 2: amount"),
            ("a,CHARGE,1,XXXX,0,2026-11-20", "line 2: currency"),
            ("a,CHARGE,1,EUR,x,2026-11-20", "line 2: fee"),
            ("a,CHARGE,1,EUR,0,20.11.2026", "line 2: settled_at"),
        ] {
            let error = read(&format!("{head}{body}")).unwrap_err().to_string();
            assert!(error.contains(expected), "{body}: {error}");
        }
        let second = read(&format!("{head}{good}a,CHARGE,1,EUR,0,x\n")).unwrap_err();
        assert!(
            second.to_string().contains("line 3: settled_at"),
            "{second}"
        );
        assert!(
            read("reference,kind\n")
                .unwrap_err()
                .to_string()
                .contains("amount is missing")
        );
        let many = good.repeat(MAX_LINES + 1);
        assert!(read(&format!("{head}{many}")).is_err());
    }
}
