//! The shape of a parsed document: how deep, how wide and how large it is once its fragments are expanded.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use thiserror::Error;

use super::{MAX_INTROSPECTION_LISTS, MAX_NESTING};
use crate::config::Limits;

/// Why a document is refused for its shape.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// Fields nest too deep.
    #[error("The operation is nested more than {0} fields deep.")]
    Depth(usize),
    /// Too many aliases.
    #[error("The operation uses more than {0} aliases.")]
    Aliases(usize),
    /// Too many root fields.
    #[error("The operation has more than {0} root fields.")]
    RootFields(usize),
    /// Too many directives at one place.
    #[error("More than {0} directives stand at one place.")]
    Directives(usize),
    /// Too many selections once fragments are expanded.
    #[error("The operation selects more than {0} fields once its fragments are expanded.")]
    Selections(usize),
    /// Selections, inline fragments and spreads nest too deep.
    #[error("Selections and fragments nest more than {0} deep.")]
    Nesting(usize),
    /// Introspection nests lists.
    #[error("Introspection may not nest lists {0} deep.")]
    Introspection(usize),
    /// Introspection is asked for more than once.
    #[error("`__schema` may be selected once.")]
    RepeatedIntrospection,
    /// A fragment leads back to itself.
    #[error("The fragment `{0}` contains itself.")]
    Cycle(String),
}

/// Figures of a selection set with its fragments expanded; each saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    fields_deep: usize,
    aliases: usize,
    fields_here: usize,
    selections: usize,
    nesting: usize,
    introspection_lists: usize,
    introspection_roots: usize,
    schema_roots: usize,
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.fields_deep = self.fields_deep.max(other.fields_deep);
        self.nesting = self.nesting.max(other.nesting);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.fields_here = self.fields_here.saturating_add(other.fields_here);
        self.selections = self.selections.saturating_add(other.selections);
        self.introspection_roots = self
            .introspection_roots
            .saturating_add(other.introspection_roots);
        self.schema_roots = self.schema_roots.saturating_add(other.schema_roots);
    }
}

/// What the shape of an operation tells besides being acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whether `__schema` or `__type` is asked for.
    pub introspects: bool,
}

/// Judges every operation of the document; operations come back in the document's own order.
///
/// # Errors
///
/// The first limit passed, or a fragment that contains itself.
pub fn check(document: &ExecutableDocument, limits: &Limits) -> Result<Shape, ShapeError> {
    let mut walk = Walk {
        fragments: &document.fragments,
        limits,
        known: HashMap::new(),
    };
    let mut introspects = false;
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        walk.check_directives(&operation.directives)?;
        for variable in &operation.variable_definitions {
            walk.check_directives(&variable.node.directives)?;
        }
        let figures = walk.selection_set(&operation.selection_set.node)?;
        judge(&figures, limits)?;
        introspects |= figures.introspection_roots > 0;
    }
    // An unused fragment is refused by validation, which walks it: it is held to the same limits.
    for (name, fragment) in &document.fragments {
        let figures = walk.fragment(name, fragment)?;
        judge(
            &Figures {
                fields_here: 0,
                ..figures
            },
            limits,
        )?;
    }
    Ok(Shape { introspects })
}

fn judge(figures: &Figures, limits: &Limits) -> Result<(), ShapeError> {
    if figures.selections > limits.expanded_selections {
        return Err(ShapeError::Selections(limits.expanded_selections));
    }
    if figures.fields_deep > limits.depth {
        return Err(ShapeError::Depth(limits.depth));
    }
    if figures.aliases > limits.aliases {
        return Err(ShapeError::Aliases(limits.aliases));
    }
    if figures.fields_here > limits.root_fields {
        return Err(ShapeError::RootFields(limits.root_fields));
    }
    if figures.nesting > MAX_NESTING {
        return Err(ShapeError::Nesting(MAX_NESTING));
    }
    if figures.introspection_lists >= MAX_INTROSPECTION_LISTS {
        return Err(ShapeError::Introspection(MAX_INTROSPECTION_LISTS));
    }
    if figures.schema_roots > 1 {
        return Err(ShapeError::RepeatedIntrospection);
    }
    Ok(())
}

/// A fragment that is being walked, or its figures.
enum Known {
    Open,
    Done(Figures),
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    limits: &'a Limits,
    known: HashMap<&'a str, Known>,
}

impl<'a> Walk<'a> {
    fn check_directives(&self, directives: &[Positioned<Directive>]) -> Result<(), ShapeError> {
        if directives.len() > self.limits.directives_per_field {
            return Err(ShapeError::Directives(self.limits.directives_per_field));
        }
        Ok(())
    }

    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Figures, ShapeError> {
        let mut sum = Figures::default();
        for selection in &set.items {
            self.check_directives(selection.node.directives())?;
            sum.add(match &selection.node {
                Selection::Field(field) => {
                    let below = self.selection_set(&field.node.selection_set.node)?;
                    figures_of_field(&field.node.name.node, field.node.alias.is_some(), &below)
                }
                Selection::InlineFragment(inline) => {
                    let below = self.selection_set(&inline.node.selection_set.node)?;
                    one_level_up(below)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match self.fragments.get_key_value(name) {
                        Some((name, fragment)) => one_level_up(self.fragment(name, fragment)?),
                        // Validation reports the unknown fragment.
                        None => Figures::default(),
                    }
                }
            });
        }
        Ok(sum)
    }

    fn fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a Positioned<FragmentDefinition>,
    ) -> Result<Figures, ShapeError> {
        match self.known.get(name.as_str()) {
            Some(Known::Done(figures)) => return Ok(*figures),
            Some(Known::Open) => return Err(ShapeError::Cycle(name.to_string())),
            None => {}
        }
        self.known.insert(name.as_str(), Known::Open);
        self.check_directives(&fragment.node.directives)?;
        let figures = self.selection_set(&fragment.node.selection_set.node)?;
        self.known.insert(name.as_str(), Known::Done(figures));
        Ok(figures)
    }
}

fn one_level_up(below: Figures) -> Figures {
    Figures {
        nesting: below.nesting.saturating_add(1),
        selections: below.selections.saturating_add(1),
        ..below
    }
}

fn figures_of_field(name: &str, aliased: bool, below: &Figures) -> Figures {
    let introspection = matches!(name, "__schema" | "__type");
    let list = matches!(
        name,
        "fields" | "interfaces" | "possibleTypes" | "inputFields"
    );
    Figures {
        // Introspection is as deep as types are wrapped; the rule for its lists bounds it instead.
        fields_deep: if introspection {
            1
        } else {
            below.fields_deep.saturating_add(1)
        },
        aliases: below.aliases.saturating_add(usize::from(aliased)),
        fields_here: 1,
        selections: below.selections.saturating_add(1),
        nesting: below.nesting.saturating_add(1),
        introspection_lists: below.introspection_lists.saturating_add(usize::from(list)),
        introspection_roots: below
            .introspection_roots
            .saturating_add(usize::from(introspection)),
        schema_roots: below
            .schema_roots
            .saturating_add(usize::from(name == "__schema")),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::{Shape, ShapeError, check};
    use crate::config::Limits;

    fn judge(source: &str) -> Result<Shape, ShapeError> {
        check(
            &parse_query(source).expect("the document parses"),
            &Limits::default(),
        )
    }

    fn nested(depth: usize) -> String {
        format!("{}a{}", "{ a ".repeat(depth - 1) + "{ ", " }".repeat(depth))
    }

    #[test]
    fn each_limit_refuses_the_first_excess() {
        let selections = |n: usize| {
            let fields = "a ".repeat(n / 10 - 1);
            format!(
                "{{ {} }} fragment F on Q {{ {fields} }}",
                "b { ...F } ".repeat(10)
            )
        };
        let limits = Limits {
            expanded_selections: 210,
            ..Limits::default()
        };
        let check_with = |source: &str| check(&parse_query(source).expect("parses"), &limits);
        assert!(check_with(&selections(200)).is_ok());
        assert_eq!(
            check_with(&selections(210)),
            Err(ShapeError::Selections(210))
        );

        assert!(judge(&nested(15)).is_ok());
        assert_eq!(judge(&nested(16)), Err(ShapeError::Depth(15)));

        let aliases = |n: usize| {
            format!(
                "{{ a {{ {} }} }}",
                (0..n)
                    .map(|i| format!("x{i}: a "))
                    .collect::<Vec<_>>()
                    .concat()
            )
        };
        assert!(judge(&aliases(15)).is_ok());
        assert_eq!(judge(&aliases(16)), Err(ShapeError::Aliases(15)));

        assert!(judge(&format!("{{ {} }}", "a ".repeat(10))).is_ok());
        assert_eq!(
            judge(&format!("{{ {} }}", "a ".repeat(11))),
            Err(ShapeError::RootFields(10))
        );

        assert!(judge("{ a @x @y @z }").is_ok());
        assert_eq!(judge("{ a @x @y @z @w }"), Err(ShapeError::Directives(3)));
        assert_eq!(
            judge("query Q @a @b @c @d { a }"),
            Err(ShapeError::Directives(3))
        );
        assert_eq!(
            judge("{ ...F } fragment F on Q @a @b @c @d { a }"),
            Err(ShapeError::Directives(3))
        );
    }

    #[test]
    fn root_fields_and_aliases_are_counted_through_fragments() {
        assert_eq!(
            judge("{ ...F ...F } fragment F on Q { a b c d e f }"),
            Err(ShapeError::RootFields(10))
        );
        assert_eq!(
            judge(
                "{ q { ...F ...F } } fragment F on Q { a: x b: x c: x d: x e: x f: x g: x h: x }"
            ),
            Err(ShapeError::Aliases(15))
        );
    }

    #[test]
    fn a_fragment_bomb_is_counted_without_expanding_it() {
        let chain = (0..100)
            .map(|i| format!("fragment f{i} on Q {{ ...f{} ...f{} }} ", i + 1, i + 1))
            .collect::<Vec<_>>()
            .concat();
        let bomb = format!("{{ ...f0 }} {chain} fragment f100 on Q {{ __typename }}");
        assert_eq!(judge(&bomb), Err(ShapeError::Selections(5_000)));
    }

    #[test]
    fn a_chain_of_fragments_is_bounded() {
        let chain = (0..80)
            .map(|i| format!("fragment f{i} on Q {{ ...f{} }} ", i + 1))
            .collect::<Vec<_>>()
            .concat();
        assert_eq!(
            judge(&format!("{{ ...f0 }} {chain} fragment f80 on Q {{ a }}")),
            Err(ShapeError::Nesting(60))
        );
    }

    #[test]
    fn a_cycle_is_refused_even_when_unused() {
        assert_eq!(
            judge("{ a } fragment F on Q { ...F }"),
            Err(ShapeError::Cycle("F".to_owned()))
        );
    }

    #[test]
    fn introspection_is_deep_but_its_lists_do_not_multiply() {
        let of_type = "ofType { ".repeat(9) + "name" + &" }".repeat(9);
        let standard =
            format!("{{ __schema {{ types {{ fields {{ type {{ name {of_type} }} }} }} }} }}");
        assert_eq!(judge(&standard), Ok(Shape { introspects: true }));
        let bomb =
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert_eq!(judge(bomb), Err(ShapeError::Introspection(3)));
        assert_eq!(
            judge("{ __schema { types { name } } __schema { types { name } } }"),
            Err(ShapeError::RepeatedIntrospection)
        );
        assert_eq!(judge("{ a }"), Ok(Shape { introspects: false }));
    }
}
