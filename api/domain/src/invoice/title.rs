//! Who is billed, and who bills.

use serde::{Deserialize, Serialize};

use crate::text_enum;

/// Longest name or address, in characters.
const MAX_LINE: usize = 200;
/// Longest phone number, account number or e-mail, in characters.
const MAX_SHORT: usize = 100;
/// Fewest and most characters of a tax number, spaces and dashes aside.
const TAX_ID: std::ops::RangeInclusive<usize> = 5..=20;

text_enum! {
    /// Whom a title names.
    pub enum TitleKind {
        /// A person.
        Personal = "PERSONAL",
        /// A company; its tax number is needed.
        Company = "COMPANY",
    }
}

/// One side of an invoice, trimmed and within limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Name as registered.
    pub name: String,
    /// Tax number, such as a Chinese unified social credit code; upper case, without spaces and dashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// Address as registered, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Name of the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// Number of the account there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<String>,
}

/// Who is billed: what Chinese invoices call their title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceTitle {
    /// Whom it names.
    pub kind: TitleKind,
    /// The buyer.
    #[serde(flatten)]
    pub party: Party,
}

/// The fields of a side as somebody typed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TitleDraft {
    /// Name as registered.
    pub name: String,
    /// Tax number.
    pub tax_id: Option<String>,
    /// Address as registered.
    pub address: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Name of the bank.
    pub bank_name: Option<String>,
    /// Number of the account there.
    pub bank_account: Option<String>,
}

/// Why a side of an invoice is refused. Fields are named as in the public schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TitleError {
    /// A needed field is empty.
    #[error("{field} must not be empty")]
    Blank {
        /// The field.
        field: &'static str,
    },
    /// A field is longer than allowed.
    #[error("{field} may have at most {max} characters")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Most characters.
        max: usize,
    },
    /// A field holds a control character.
    #[error("{field} must be one line of text")]
    NotOneLine {
        /// The field.
        field: &'static str,
    },
    /// No tax number has this form.
    #[error("taxId is no tax number: 5 to 20 letters and digits")]
    TaxId,
    /// A Chinese unified social credit code whose last character does not fit the others.
    #[error("taxId has a wrong character: its check character does not fit")]
    TaxIdCheck,
}

impl TitleError {
    /// The field it is about, as in the public schema.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Blank { field } | Self::TooLong { field, .. } | Self::NotOneLine { field } => {
                field
            }
            Self::TaxId | Self::TaxIdCheck => "taxId",
        }
    }
}

impl Party {
    /// Checks and trims what somebody typed.
    ///
    /// # Errors
    /// [`TitleError`], each as it says.
    pub fn try_new(draft: TitleDraft) -> Result<Self, TitleError> {
        let short = |field, text| line(field, text, MAX_SHORT);
        Ok(Self {
            name: line("name", Some(draft.name), MAX_LINE)?
                .ok_or(TitleError::Blank { field: "name" })?,
            tax_id: short("taxId", draft.tax_id)?
                .as_deref()
                .map(tax_id)
                .transpose()?,
            address: line("address", draft.address, MAX_LINE)?,
            phone: short("phone", draft.phone)?,
            bank_name: short("bankName", draft.bank_name)?,
            bank_account: short("bankAccount", draft.bank_account)?,
        })
    }
}

impl InvoiceTitle {
    /// Checks and trims what somebody typed.
    ///
    /// # Errors
    /// [`TitleError`]; a company without a tax number is [`TitleError::Blank`].
    pub fn try_new(kind: TitleKind, draft: TitleDraft) -> Result<Self, TitleError> {
        let party = Party::try_new(draft)?;
        if kind == TitleKind::Company && party.tax_id.is_none() {
            return Err(TitleError::Blank { field: "taxId" });
        }
        Ok(Self { kind, party })
    }
}

/// A line of text, `None` when blank.
fn line(
    field: &'static str,
    text: Option<String>,
    max: usize,
) -> Result<Option<String>, TitleError> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(TitleError::NotOneLine { field });
    }
    if text.chars().count() > max {
        return Err(TitleError::TooLong { field, max });
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn tax_id(text: &str) -> Result<String, TitleError> {
    let bare = text.replace([' ', '-'], "").to_ascii_uppercase();
    let is_plain = bare.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !is_plain || !TAX_ID.contains(&bare.len()) {
        return Err(TitleError::TaxId);
    }
    if bare.len() == SOCIAL_CREDIT_LENGTH && !is_social_credit_code(&bare) {
        return Err(TitleError::TaxIdCheck);
    }
    Ok(bare)
}

/// Only Chinese unified social credit codes have this length.
const SOCIAL_CREDIT_LENGTH: usize = 18;
/// Their characters by value, of GB 32100-2015: no I, O, S, V, Z.
const SOCIAL_CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Checks the last character against the others: weights are powers of 3 modulo 31.
fn is_social_credit_code(code: &str) -> bool {
    let value = |letter| {
        let found = SOCIAL_CREDIT_ALPHABET.chars().zip(0_u32..);
        found
            .into_iter()
            .find_map(|(known, value)| (known == letter).then_some(value))
    };
    let Some(values) = code.chars().map(value).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    let Some((check, values)) = values.split_last() else {
        return false;
    };
    let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
    let sum: u32 = values
        .iter()
        .zip(weights)
        .map(|(value, weight)| value * weight)
        .sum();
    (31 - sum % 31) % 31 == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(tax_id: &str) -> TitleDraft {
        TitleDraft {
            name: " 杭州某某贸易有限公司 ".to_owned(),
            tax_id: Some(tax_id.to_owned()),
            ..TitleDraft::default()
        }
    }

    #[test]
    fn a_title_is_trimmed() {
        let title = InvoiceTitle::try_new(TitleKind::Company, draft("de 129-273-398")).unwrap();
        assert_eq!(title.party.name, "杭州某某贸易有限公司");
        assert_eq!(title.party.tax_id.as_deref(), Some("DE129273398"));
    }

    #[test]
    fn a_company_has_a_tax_number() {
        let none = InvoiceTitle::try_new(TitleKind::Company, draft(" "));
        assert_eq!(none, Err(TitleError::Blank { field: "taxId" }));
        assert!(InvoiceTitle::try_new(TitleKind::Personal, draft(" ")).is_ok());
    }

    #[test]
    fn a_wrong_tax_number_is_found() {
        // Published codes of Alibaba (China), Tencent and Huawei.
        for code in [
            "91330100799655058B",
            "9144030071526726XG",
            "914403001922038216",
        ] {
            assert!(Party::try_new(draft(code)).is_ok(), "{code}");
        }
        for (code, error) in [
            ("91330100799655058A", TitleError::TaxIdCheck),
            ("91330100799655085B", TitleError::TaxIdCheck),
            ("9133010079965505OB", TitleError::TaxIdCheck),
            ("1234", TitleError::TaxId),
            ("税号12345", TitleError::TaxId),
            ("123456789012345678901", TitleError::TaxId),
        ] {
            assert_eq!(Party::try_new(draft(code)), Err(error), "{code}");
        }
    }

    #[test]
    fn lines_are_lines() {
        let long = TitleDraft {
            name: "x".repeat(MAX_LINE + 1),
            ..TitleDraft::default()
        };
        let too_long = Party::try_new(long).unwrap_err();
        assert_eq!(too_long.field(), "name");
        let two = TitleDraft {
            name: "a\nb".to_owned(),
            ..TitleDraft::default()
        };
        let two = Party::try_new(two);
        assert_eq!(two, Err(TitleError::NotOneLine { field: "name" }));
    }
}
