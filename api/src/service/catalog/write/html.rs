//! Descriptions: HTML from staff and files is made harmless before it is stored.

use super::check::{DESCRIPTION, refuse};
use crate::error::{FieldPath, Result};

/// A description as it would be stored, to compare with what is.
///
/// # Errors
/// [`crate::error::Error::Invalid`] when it is too long.
pub(crate) fn sanitized_html(html: Option<&str>) -> Result<Option<String>> {
    sanitized(Vec::new(), html)
}

/// Keeps what describes a product and drops what could act: scripts, styles, forms, handlers, strange addresses.
///
/// `None` when nothing is left.
pub(super) fn sanitized(field: FieldPath, html: Option<&str>) -> Result<Option<String>> {
    let Some(html) = html.map(str::trim).filter(|html| !html.is_empty()) else {
        return Ok(None);
    };
    if html.chars().count() > DESCRIPTION {
        return Err(refuse(
            field,
            format!("a description has at most {DESCRIPTION} characters"),
        ));
    }
    let clean = ammonia::clean(html);
    Ok((!clean.trim().is_empty()).then_some(clean))
}

#[cfg(test)]
mod tests {
    use super::sanitized;

    #[test]
    fn what_could_act_is_dropped() {
        let html = "<p onclick=\"x()\">Warm <b>wool</b>.<script>alert(1)</script><a href=\"javascript:x\">more</a></p>";
        let clean = sanitized(Vec::new(), Some(html)).unwrap().unwrap();
        assert!(clean.contains("<b>wool</b>"), "{clean}");
        for bad in ["script", "onclick", "javascript"] {
            assert!(!clean.contains(bad), "{clean}");
        }
        assert_eq!(
            sanitized(Vec::new(), Some(" <script>x</script> ")).unwrap(),
            None
        );
    }
}
