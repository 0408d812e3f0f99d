//! `vitrine schema`.

use crate::{graphql, output};

pub(super) fn run() {
    output::text(&graphql::sdl());
}
