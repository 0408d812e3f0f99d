//! Documents to print or to file, laid out from texts alone: the same sheet as HTML and as PDF. What is on it is decided by
//! the use case; nothing here knows what an invoice is.

mod font;
mod html;
mod layout;
mod pdf;

/// A document of one table between two parties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// Language of its texts, as a language tag.
    pub(crate) language: String,
    /// What it is.
    pub(crate) heading: String,
    /// Label and value of what is said about the whole.
    pub(crate) facts: Vec<(String, String)>,
    /// Role and lines of each party.
    pub(crate) parties: Vec<(String, Vec<String>)>,
    /// Heads of the table's columns; the first is a text, the others are figures.
    pub(crate) columns: [String; COLUMNS],
    /// The table.
    pub(crate) rows: Vec<[String; COLUMNS]>,
    /// Label and amount of the sums below it; the last is what it all comes to.
    pub(crate) sums: Vec<(String, String)>,
    /// Words at the end.
    pub(crate) footer: Option<String>,
}

/// Columns of the table.
pub(crate) const COLUMNS: usize = 6;

impl Sheet {
    /// A page of HTML that needs nothing else.
    #[must_use]
    pub(crate) fn to_html(&self) -> String {
        html::write(self)
    }

    /// A PDF file with its font in it.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] when the file cannot be written.
    pub(crate) fn to_pdf(&self) -> crate::error::Result<Vec<u8>> {
        pdf::write(&layout::pages(self), &self.heading, &self.language)
    }
}

#[cfg(test)]
mod tests;
