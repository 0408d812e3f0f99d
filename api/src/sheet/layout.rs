//! Where everything goes on pages of A4. Lengths are twips from the upper left corner.

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::font::{advance, width};
use super::{COLUMNS, Sheet};

/// Width and height of a page.
pub(super) const PAGE: (i16, i16) = (11_906, 16_838);
const LEFT: i32 = 1_134;
const RIGHT: i32 = 10_772;
const TOP: i32 = 1_134;
const BOTTOM: i32 = 15_400;
/// Where pages are numbered.
const NUMBER: i32 = 16_100;

const HEADING: i32 = 400;
const TEXT: i32 = 190;
const SMALL: i32 = 170;
/// From one line of text to the next.
const LEADING: i32 = 290;
/// Between parts.
const GAP: i32 = 340;
/// Where values of facts begin.
const FACTS: i32 = LEFT + 2_000;
/// Where the second party begins.
const SECOND: i32 = 6_100;
/// Right edges of the table's columns.
const EDGES: [i32; COLUMNS] = [5_200, 6_000, 7_300, 8_200, 9_300, RIGHT];
/// Between a text and the figures beside it.
const GUTTER: i32 = 160;

/// Something to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A text that begins here, on this base line.
    Text {
        /// From the left.
        x: i32,
        /// From above.
        y: i32,
        /// Size of the letters.
        size: i32,
        /// The text.
        text: String,
    },
    /// A thin line across the page.
    Rule {
        /// From above.
        y: i32,
    },
}

/// Lays a sheet out.
pub(super) fn pages(sheet: &Sheet) -> Vec<Vec<Mark>> {
    let mut paper = Paper {
        pages: vec![Vec::new()],
        y: TOP + HEADING,
    };
    for line in wrap(&sheet.heading, HEADING, RIGHT - LEFT) {
        paper.text(LEFT, HEADING, line);
        paper.y += HEADING + HEADING / 2;
    }
    for (label, value) in &sheet.facts {
        paper.text(LEFT, TEXT, label.clone());
        for line in wrap(value, TEXT, RIGHT - FACTS) {
            paper.text(FACTS, TEXT, line);
            paper.y += LEADING;
        }
    }
    paper.y += GAP;
    parties(&mut paper, sheet);
    table(&mut paper, sheet);
    if let Some(footer) = &sheet.footer {
        paper.y += GAP;
        for line in footer
            .lines()
            .flat_map(|line| wrap(line, SMALL, RIGHT - LEFT))
        {
            paper.room(LEADING);
            paper.text(LEFT, SMALL, line);
            paper.y += LEADING;
        }
    }
    paper.numbered()
}

fn parties(paper: &mut Paper, sheet: &Sheet) {
    let (start, mut end) = (paper.y, paper.y);
    for ((role, lines), (from, to)) in sheet
        .parties
        .iter()
        .zip([(LEFT, SECOND - GAP), (SECOND, RIGHT)])
    {
        paper.y = start;
        paper.text(from, SMALL, role.clone());
        paper.y += LEADING;
        for line in lines.iter().flat_map(|line| wrap(line, TEXT, to - from)) {
            paper.text(from, TEXT, line);
            paper.y += LEADING;
        }
        end = end.max(paper.y);
    }
    paper.y = end + GAP;
}

fn table(paper: &mut Paper, sheet: &Sheet) {
    head(paper, sheet);
    for row in &sheet.rows {
        let [text, figures @ ..] = row;
        let lines = wrap(text, TEXT, EDGES[0] - LEFT);
        let height = i32::try_from(lines.len()).unwrap_or(1).max(1) * LEADING;
        if paper.room(height) {
            head(paper, sheet);
        }
        for (figure, edge) in figures.iter().zip(&EDGES[1..]) {
            paper.figure(*edge, TEXT, figure);
        }
        for line in lines {
            paper.text(LEFT, TEXT, line);
            paper.y += LEADING;
        }
        paper.y += LEADING / 4;
    }
    paper.rule();
    for (label, amount) in &sheet.sums {
        paper.room(LEADING);
        let edge = RIGHT - width(amount, TEXT).max(1_600) - GUTTER;
        paper.figure(edge, TEXT, label);
        paper.figure(RIGHT, TEXT, amount);
        paper.y += LEADING;
    }
}

fn head(paper: &mut Paper, sheet: &Sheet) {
    let [text, figures @ ..] = &sheet.columns;
    paper.text(LEFT, SMALL, text.clone());
    for (figure, edge) in figures.iter().zip(&EDGES[1..]) {
        paper.figure(*edge, SMALL, figure);
    }
    paper.y += LEADING / 2;
    paper.rule();
}

/// Pages so far, and how far down the last one is written.
struct Paper {
    pages: Vec<Vec<Mark>>,
    y: i32,
}

impl Paper {
    fn draw(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: i32, size: i32, text: String) {
        let y = self.y;
        self.draw(Mark::Text { x, y, size, text });
    }

    /// A text that ends at an edge.
    fn figure(&mut self, edge: i32, size: i32, text: &str) {
        self.text(edge - width(text, size), size, text.to_owned());
    }

    fn rule(&mut self) {
        let y = self.y - LEADING / 4;
        self.draw(Mark::Rule { y });
        self.y += LEADING;
    }

    /// Turns the page when so much does not fit any more; tells whether it did.
    fn room(&mut self, height: i32) -> bool {
        if self.y + height <= BOTTOM {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = TOP + TEXT;
        true
    }

    /// The pages with their numbers, if there is more than one.
    fn numbered(mut self) -> Vec<Vec<Mark>> {
        let count = self.pages.len();
        if count > 1 {
            for (page, number) in self.pages.iter_mut().zip(1..) {
                let text = format!("{number} / {count}");
                page.push(Mark::Text {
                    x: RIGHT - width(&text, SMALL),
                    y: NUMBER,
                    size: SMALL,
                    text,
                });
            }
        }
        self.pages
    }
}

/// Breaks a text into lines where its language allows it, and within a word that is too long for a line.
pub(super) fn wrap(text: &str, size: i32, room: i32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    let mut start = 0;
    for (end, opportunity) in linebreaks(text) {
        let piece = text.get(start..end).unwrap_or_default();
        let piece = piece.trim_end_matches(|letter: char| letter.is_control());
        start = end;
        // Blanks at the end of a line may reach beyond it.
        if !line.is_empty() && width(&line, size) + width(piece.trim_end(), size) > room {
            lines.push(std::mem::take(&mut line));
        }
        for letter in piece.chars() {
            if width(&line, size) + advance(letter, size) > room && !letter.is_whitespace() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
        if opportunity == BreakOpportunity::Mandatory {
            lines.push(std::mem::take(&mut line));
        }
    }
    lines
        .into_iter()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}
