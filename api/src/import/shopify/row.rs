//! One line of a Shopify product file, by column name.

use std::io::Read;

use csv::{Reader, ReaderBuilder, StringRecord};

/// Columns without which nothing can be read.
const NEEDED: [&str; 3] = ["Handle", "Title", "Variant Price"];

/// The file as a stream of rows.
pub(super) struct Rows<R> {
    reader: Reader<R>,
    columns: Columns,
    number: u64,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not a product export.
    #[error("this is not a Shopify product export: the column {0:?} is missing")]
    ColumnMissing(&'static str),
    /// The disk or the encoding failed.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] csv::Error),
}

/// Places of the columns we know.
struct Columns {
    names: Vec<String>,
}

/// A row; `get` answers null for a missing column or an empty cell.
pub(super) struct Row {
    /// Row number as a spreadsheet shows it: the header is 1.
    pub(super) number: u64,
    cells: Vec<(String, String)>,
}

impl<R: Read> Rows<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`FileError`] when it is not one of a product export.
    pub(super) fn open(input: R) -> Result<Self, FileError> {
        // Real files are edited by hand: rows may be short, and every cell is trimmed.
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(input);
        let header = reader.headers()?;
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        for needed in NEEDED {
            if !names.iter().any(|name| name == needed) {
                return Err(FileError::ColumnMissing(needed));
            }
        }
        Ok(Self {
            reader,
            columns: Columns { names },
            number: 1,
        })
    }

    /// The next row, null at the end. A row that is not UTF-8 or is broken is answered with its number and the reason.
    pub(super) fn next(&mut self) -> Option<Result<Row, (u64, csv::Error)>> {
        let mut record = StringRecord::new();
        self.number += 1;
        match self.reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => Some(Ok(self.columns.row(self.number, &record))),
            Err(error) => Some(Err((self.number, error))),
        }
    }
}

impl Columns {
    fn row(&self, number: u64, record: &StringRecord) -> Row {
        let cells = self
            .names
            .iter()
            .zip(record)
            .filter(|(_, cell)| !cell.is_empty());
        Row {
            number,
            cells: cells
                .map(|(name, cell)| (name.clone(), cell.to_owned()))
                .collect(),
        }
    }
}

impl Row {
    /// The cell of a column.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        self.cells
            .iter()
            .find(|(name, _)| name == column)
            .map(|(_, cell)| cell.as_str())
    }

    /// A key such as a SKU or barcode; spreadsheets guard leading zeros with an apostrophe, which is not part of it.
    pub(super) fn key(&self, column: &str) -> Option<String> {
        self.get(column)
            .map(|cell| cell.trim_start_matches('\'').trim().to_owned())
            .filter(|key| !key.is_empty())
    }

    /// Whether the row holds nothing at all.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }
}
