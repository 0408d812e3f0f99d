//! Laid out pages as a PDF file.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::Font;

use super::font::{font, glyphs};
use super::layout::{Mark, PAGE};
use crate::error::{Error, Result};

/// Points in a twip.
const TWIP: f32 = 0.05;
/// A page of A4, in points.
const A4: (f32, f32) = (595.3, 841.9);
/// Edges of the lines across a page, and how thick they are, in twips.
const RULE: (i16, i16, i16) = (1_134, 10_772, 10);

/// Writes the file.
///
/// # Errors
/// [`Error::Internal`] when it cannot be written.
pub(super) fn write(pages: &[Vec<Mark>], title: &str, language: &str) -> Result<Vec<u8>> {
    let font = font()?;
    let mut document = Document::new();
    let metadata = Metadata::new()
        .title(title.to_owned())
        .language(language.to_owned());
    document.set_metadata(metadata);
    for marks in pages {
        let settings = PageSettings::from_wh(A4.0, A4.1);
        let settings = settings.ok_or_else(|| Error::internal("a page without a size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_scale(TWIP, TWIP));
        surface.set_fill(Some(Fill {
            paint: rgb::Color::new(17, 17, 17).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::default(),
        }));
        for mark in marks {
            draw(&mut surface, &font, mark)?;
        }
        surface.pop();
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error| Error::internal(format!("a PDF file: {error:?}")))
}

fn draw(surface: &mut Surface<'_>, font: &Font, mark: &Mark) -> Result<()> {
    match mark {
        Mark::Text { x, y, size, text } => {
            let start = Point::from_xy(at(*x)?, at(*y)?);
            surface.draw_glyphs(start, &glyphs(text), font.clone(), text, at(*size)?, false);
        }
        Mark::Rule { y } => {
            let (left, right, thick) = RULE;
            let below = at(y + i32::from(thick))?;
            let rect = Rect::from_ltrb(left.into(), at(*y)?, right.into(), below);
            let mut path = PathBuilder::new();
            if let Some(rect) = rect {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
    Ok(())
}

/// A length as the library takes it; whatever lies on a page does.
fn at(twips: i32) -> Result<f32> {
    let twips = twips.clamp(0, i32::from(PAGE.1));
    i16::try_from(twips).map(f32::from).map_err(Error::internal)
}
