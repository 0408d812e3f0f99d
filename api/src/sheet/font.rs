//! The font documents are set in. Lengths are whole twips, a twentieth of a point, so that nothing is lost in adding them up.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;

use crate::error::{Error, Result};

const DATA: &[u8] = include_bytes!("../../assets/wqy-microhei.ttf");

static FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(DATA, 0).ok());
static FONT: LazyLock<Option<Font>> = LazyLock::new(|| Font::new(DATA.into(), 0));

/// The font as PDF files embed it.
///
/// # Errors
/// [`Error::Internal`] when the program was built with a broken one.
pub(super) fn font() -> Result<Font> {
    FONT.clone()
        .ok_or_else(|| Error::internal("the font cannot be read"))
}

/// How wide a text is at a size.
pub(super) fn width(text: &str, size: i32) -> i32 {
    text.chars().map(|letter| advance(letter, size)).sum()
}

/// How far a letter reaches at a size.
pub(super) fn advance(letter: char, size: i32) -> i32 {
    let Some(face) = FACE.as_ref() else { return 0 };
    let units = glyph(face, letter).1;
    i32::from(units) * size / i32::from(face.units_per_em())
}

/// The glyphs of a text, one for each letter.
pub(super) fn glyphs(text: &str) -> Vec<KrillaGlyph> {
    let Some(face) = FACE.as_ref() else {
        return Vec::new();
    };
    text.char_indices()
        .map(|(start, letter)| {
            let (id, units) = glyph(face, letter);
            let range = start..start + letter.len_utf8();
            let advance = of_em(units, face.units_per_em());
            KrillaGlyph::new(GlyphId::new(id.into()), advance, 0.0, 0.0, 0.0, range, None)
        })
        .collect()
}

/// A letter the font lacks is its empty box.
fn glyph(face: &Face<'_>, letter: char) -> (u16, u16) {
    let id = face.glyph_index(letter).unwrap_or_default();
    (id.0, face.glyph_hor_advance(id).unwrap_or_default())
}

#[expect(
    clippy::float_arithmetic,
    reason = "the library takes parts of an em; it is a place on paper, no money"
)]
fn of_em(units: u16, per_em: u16) -> f32 {
    f32::from(units) / f32::from(per_em)
}

/// Whether the font has a letter.
#[cfg(test)]
pub(super) fn has(letter: char) -> bool {
    FACE.as_ref()
        .is_some_and(|face| face.glyph_index(letter).is_some())
}
