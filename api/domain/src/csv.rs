//! Tables for spreadsheets (RFC 4180): what a cell holds is shown, never run.

/// Characters at which a spreadsheet takes a cell for a formula, those of Chinese keyboards included.
const STARTS_FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes one row, its end included.
///
/// A cell that a spreadsheet would run is prefixed with an apostrophe, since whoever wrote the text need not be whoever opens
/// the file.
#[must_use]
pub fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| written(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn written(cell: &str) -> String {
    let shield = if cell.starts_with(STARTS_FORMULA) {
        "'"
    } else {
        ""
    };
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{shield}{}\"", cell.replace('"', "\"\""))
    } else {
        format!("{shield}{cell}")
    }
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_are_parted_and_quoted_where_they_must_be() {
        for (cells, expected) in [
            (&["a", "b"][..], "a,b\r\n"),
            (&["", ""], ",\r\n"),
            (&["a,b", "c\"d", "e\nf"], "\"a,b\",\"c\"\"d\",\"e\nf\"\r\n"),
            (&["双十一"], "双十一\r\n"),
        ] {
            assert_eq!(row(cells), expected);
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1\r\n"),
            ("+1", "'+1\r\n"),
            ("-1", "'-1\r\n"),
            ("@SUM(A1)", "'@SUM(A1)\r\n"),
            ("\tx", "'\tx\r\n"),
            ("\rx", "\"'\rx\"\r\n"),
            (
                "=HYPERLINK(\"x\",\"y\")",
                "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\r\n",
            ),
            ("＝1+1", "'＝1+1\r\n"),
            ("a=b", "a=b\r\n"),
        ] {
            assert_eq!(row(&[cell]), expected);
        }
    }
}
