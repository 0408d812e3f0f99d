//! The schema as the edge needs it: which fields hold objects, pages or lists, and what variables may be.
//!
//! Read once at start from the schema's own SDL, so it cannot differ from what is served.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::Positioned;
use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, FieldDefinition, InputObjectType, InputValueDefinition, Type, TypeDefinition,
        TypeKind, TypeSystemDefinition,
    },
};

use super::weight::{self, Weight};

/// What selecting a field resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Scalars and enums, alone or in lists.
    Leaf,
    /// One object.
    Object,
    /// One object that holds a page of rows.
    Connection,
    /// The rows of the connection around it: `edges` or `nodes`.
    Rows,
    /// A plain list of objects.
    List(Weight),
}

/// A field of an object or interface.
#[derive(Clone, Debug)]
pub struct FieldFacts {
    /// Name of its type without list and null marks.
    pub type_name: Arc<str>,
    /// What it resolves.
    pub kind: FieldKind,
}

/// An input type.
#[derive(Clone, Debug)]
pub enum InputFacts {
    /// A scalar; only the five of the specification are checked before resolvers run.
    Scalar,
    /// An enum and its values.
    Enum(HashSet<Arc<str>>),
    /// An input object.
    Object {
        /// Its fields.
        fields: HashMap<Arc<str>, InputField>,
        /// Whether exactly one of them must be given.
        one_of: bool,
    },
}

/// A field of an input object.
#[derive(Clone, Debug)]
pub struct InputField {
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out though its type is not nullable.
    pub has_default: bool,
}

/// The schema's types by name.
#[derive(Clone, Debug, Default)]
pub struct SchemaIndex {
    objects: HashMap<Arc<str>, HashMap<Arc<str>, FieldFacts>>,
    inputs: HashMap<Arc<str>, InputFacts>,
}

impl SchemaIndex {
    /// Reads the SDL of the schema served.
    ///
    /// # Errors
    /// When the text is not SDL.
    pub fn from_sdl(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let definitions = parse_schema(sdl)?.definitions;
        let types: Vec<TypeDefinition> = definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
            })
            .collect();
        let composites: HashSet<String> = types
            .iter()
            .filter(|definition| {
                matches!(
                    definition.kind,
                    TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)
                )
            })
            .map(|definition| definition.name.node.to_string())
            .collect();
        let mut index = Self::default();
        for definition in &types {
            index.add(definition, &composites);
        }
        for scalar in ["Int", "Float", "String", "Boolean", "ID"] {
            index.inputs.insert(scalar.into(), InputFacts::Scalar);
        }
        Ok(index)
    }

    fn add(&mut self, definition: &TypeDefinition, composites: &HashSet<String>) {
        let name: Arc<str> = definition.name.node.as_str().into();
        match &definition.kind {
            TypeKind::Object(object) => {
                let fields = fields(&name, &object.fields, composites);
                self.objects.insert(name, fields);
            }
            TypeKind::Interface(interface) => {
                let fields = fields(&name, &interface.fields, composites);
                self.objects.insert(name, fields);
            }
            TypeKind::Union(_) => {
                self.objects.insert(name, HashMap::new());
            }
            TypeKind::Scalar => {
                self.inputs.insert(name, InputFacts::Scalar);
            }
            TypeKind::Enum(values) => {
                let values = values
                    .values
                    .iter()
                    .map(|value| value.node.value.node.as_str().into())
                    .collect();
                self.inputs.insert(name, InputFacts::Enum(values));
            }
            TypeKind::InputObject(input) => {
                let one_of = definition
                    .directives
                    .iter()
                    .any(|directive| directive.node.name.node == "oneOf");
                self.inputs.insert(
                    name,
                    InputFacts::Object {
                        fields: input_fields(input),
                        one_of,
                    },
                );
            }
        }
    }

    /// A field of an object or interface; none when the type does not declare it.
    #[must_use]
    pub fn field(&self, type_name: &str, field: &str) -> Option<&FieldFacts> {
        self.objects.get(type_name)?.get(field)
    }

    /// An input type; none when it is unknown.
    #[must_use]
    pub fn input(&self, type_name: &str) -> Option<&InputFacts> {
        self.inputs.get(type_name)
    }

    /// Every object and interface field, as type, field and facts.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str, &FieldFacts)> {
        self.objects.iter().flat_map(|(type_name, fields)| {
            fields
                .iter()
                .map(|(field, facts)| (type_name.as_ref(), field.as_ref(), facts))
        })
    }
}

fn fields(
    type_name: &str,
    definitions: &[Positioned<FieldDefinition>],
    composites: &HashSet<String>,
) -> HashMap<Arc<str>, FieldFacts> {
    definitions
        .iter()
        .map(|definition| {
            let name = definition.node.name.node.as_str();
            let (named, is_list) = unwrap(&definition.node.ty.node);
            let kind = match (composites.contains(named), is_list) {
                (false, _) => FieldKind::Leaf,
                (true, false) if named.ends_with("Connection") => FieldKind::Connection,
                (true, false) => {
                    weight::weight_of(type_name, name).map_or(FieldKind::Object, FieldKind::List)
                }
                (true, true)
                    if type_name.ends_with("Connection") && matches!(name, "edges" | "nodes") =>
                {
                    FieldKind::Rows
                }
                (true, true) => {
                    FieldKind::List(weight::weight_of(type_name, name).unwrap_or(weight::UNKNOWN))
                }
            };
            (
                name.into(),
                FieldFacts {
                    type_name: named.into(),
                    kind,
                },
            )
        })
        .collect()
}

fn input_fields(input: &InputObjectType) -> HashMap<Arc<str>, InputField> {
    let field = |definition: &InputValueDefinition| InputField {
        ty: definition.ty.node.clone(),
        has_default: definition.default_value.is_some(),
    };
    input
        .fields
        .iter()
        .map(|definition| {
            (
                definition.node.name.node.as_str().into(),
                field(&definition.node),
            )
        })
        .collect()
}

/// The named type inside list and null marks, and whether there was a list.
fn unwrap(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(item) => (unwrap(item).0, true),
    }
}
