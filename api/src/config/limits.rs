//! Bounds on one GraphQL request; the edge enforces them before anything is executed.

/// Most of each thing one request may hold. The defaults are the only values in use; tests tighten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Lexical tokens of the document.
    pub tokens: usize,
    /// Nesting of selections, introspection apart.
    pub depth: usize,
    /// Aliased fields.
    pub aliases: usize,
    /// Fields of the operation's root.
    pub root_fields: usize,
    /// Directives on one field.
    pub directives_per_field: usize,
    /// Selections once every fragment spread is written out.
    pub expanded_selections: usize,
    /// Cost for guests and members: an object is 1, a connection multiplies by its page size.
    pub cost: u64,
    /// Cost for staff and API keys.
    pub staff_cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            tokens: 2_000,
            depth: 15,
            aliases: 15,
            root_fields: 10,
            directives_per_field: 3,
            expanded_selections: 5_000,
            cost: 10_000,
            staff_cost: 50_000,
        }
    }
}
