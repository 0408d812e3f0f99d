//! Reads an SDL document into a flat description that tests compare and walk.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{
        FieldDefinition, InputValueDefinition, ServiceDocument, TypeDefinition, TypeKind,
        TypeSystemDefinition,
    },
};

/// A schema: its types by name.
#[derive(Debug, Default)]
pub struct Sdl {
    /// Types by name, extensions folded in.
    pub types: BTreeMap<String, Type>,
}

/// A type of any kind.
#[derive(Debug)]
pub struct Type {
    /// Keyword that defines it: `scalar`, `type`, `interface`, `union`, `enum` or `input`.
    pub keyword: &'static str,
    /// Its description, empty when there is none.
    pub description: String,
    /// Interfaces it implements, or the members of a union.
    pub members: Vec<String>,
    /// Fields, input fields or enum values by name.
    pub fields: BTreeMap<String, Field>,
}

/// A field of an object, interface or input, or a value of an enum.
#[derive(Debug)]
pub struct Field {
    /// Its description, empty when there is none.
    pub description: String,
    /// Type as written in SDL, empty for an enum value.
    pub ty: String,
    /// Arguments by name.
    pub arguments: BTreeMap<String, Argument>,
    /// Whether an input field has a default value.
    pub has_default: bool,
}

/// An argument of a field.
#[derive(Debug)]
pub struct Argument {
    /// Its description, empty when there is none.
    pub description: String,
    /// Type as written in SDL.
    pub ty: String,
    /// Whether it has a default value.
    pub has_default: bool,
}

impl Sdl {
    /// Reads a document.
    ///
    /// # Panics
    /// When it is not valid SDL.
    #[must_use]
    pub fn parse(source: &str) -> Self {
        let ServiceDocument { definitions } =
            parse_schema(source).unwrap_or_else(|error| panic!("not SDL: {error}"));
        let mut sdl = Self::default();
        for definition in definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                sdl.add(definition.node);
            }
        }
        sdl
    }

    /// Fields of an object type; none when the type is absent.
    pub fn fields(&self, type_name: &str) -> impl Iterator<Item = (&String, &Field)> {
        self.types
            .get(type_name)
            .into_iter()
            .flat_map(|ty| &ty.fields)
    }

    /// Every field of every object type as `(Type, field, definition)`.
    pub fn object_fields(&self) -> impl Iterator<Item = (&String, &String, &Field)> {
        self.types
            .iter()
            .filter(|(_, ty)| ty.keyword == "type")
            .flat_map(|(name, ty)| {
                ty.fields
                    .iter()
                    .map(move |(field_name, field)| (name, field_name, field))
            })
    }

    fn add(&mut self, definition: TypeDefinition) {
        let (keyword, members, fields) = match definition.kind {
            TypeKind::Scalar => ("scalar", Vec::new(), BTreeMap::new()),
            TypeKind::Object(object) => {
                ("type", names(object.implements), read_fields(object.fields))
            }
            TypeKind::Interface(interface) => (
                "interface",
                names(interface.implements),
                read_fields(interface.fields),
            ),
            TypeKind::Union(union) => ("union", names(union.members), BTreeMap::new()),
            TypeKind::Enum(values) => {
                let values = values.values.into_iter().map(|value| {
                    let field = Field {
                        description: described(value.node.description),
                        ty: String::new(),
                        arguments: BTreeMap::new(),
                        has_default: false,
                    };
                    (value.node.value.node.to_string(), field)
                });
                ("enum", Vec::new(), values.collect())
            }
            TypeKind::InputObject(input) => {
                let fields = input.fields.into_iter().map(|field| {
                    let (name, argument) = read_argument(field.node);
                    let field = Field {
                        description: argument.description,
                        ty: argument.ty,
                        arguments: BTreeMap::new(),
                        has_default: argument.has_default,
                    };
                    (name, field)
                });
                ("input", Vec::new(), fields.collect())
            }
        };
        let ty = self
            .types
            .entry(definition.name.node.to_string())
            .or_insert_with(|| Type {
                keyword,
                description: String::new(),
                members: Vec::new(),
                fields: BTreeMap::new(),
            });
        ty.members.extend(members);
        ty.fields.extend(fields);
        if let Some(description) = definition.description {
            ty.description = description.node;
        }
    }
}

fn names(names: Vec<async_graphql::Positioned<async_graphql::Name>>) -> Vec<String> {
    names
        .into_iter()
        .map(|name| name.node.to_string())
        .collect()
}

fn read_fields(fields: Vec<async_graphql::Positioned<FieldDefinition>>) -> BTreeMap<String, Field> {
    fields
        .into_iter()
        .map(|field| {
            let definition = field.node;
            let arguments = definition
                .arguments
                .into_iter()
                .map(|argument| read_argument(argument.node))
                .collect();
            let field = Field {
                description: described(definition.description),
                ty: definition.ty.node.to_string(),
                arguments,
                has_default: false,
            };
            (definition.name.node.to_string(), field)
        })
        .collect()
}

fn read_argument(definition: InputValueDefinition) -> (String, Argument) {
    let argument = Argument {
        description: described(definition.description),
        ty: definition.ty.node.to_string(),
        has_default: definition.default_value.is_some(),
    };
    (definition.name.node.to_string(), argument)
}

fn described(description: Option<async_graphql::Positioned<String>>) -> String {
    description
        .map(|description| description.node.trim().to_owned())
        .unwrap_or_default()
}
