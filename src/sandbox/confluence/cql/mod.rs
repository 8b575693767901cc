//! A part of CQL, Confluence's query language.
//!
//! Fields: `space` (a key), `type`, `title`, `text`, `siteSearch`, `ancestor`, `parent`, `label`,
//! `id`, `content`, `creator`, `created`, `lastmodified`. Operators: `=`, `!=`, `~`, `!~`, `IN`,
//! `NOT IN`, `>`, `>=`, `<`, `<=`; `AND`, `OR`, `NOT`, parentheses, `ORDER BY`. Anything else is
//! refused. Source: Atlassian, "Advanced searching using CQL".

mod matches;
mod parse;
mod tokens;

pub use matches::{Subject, matches};
pub use parse::parse;

/// A whole query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Absent where only an order is given.
    pub filter: Option<Expression>,
    pub order: Vec<Order>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Is {
        field: Field,
        operator: Operator,
        values: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Space,
    Type,
    Title,
    Text,
    Ancestor,
    Parent,
    Label,
    Id,
    Creator,
    Created,
    Modified,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Like,
    NotLike,
    In,
    NotIn,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub field: Field,
    pub descending: bool,
}

impl Field {
    /// The field of a name, in any case.
    fn named(name: &str) -> Option<Field> {
        Some(match name.to_ascii_lowercase().as_str() {
            "space" | "space.key" => Field::Space,
            "type" => Field::Type,
            "title" => Field::Title,
            "text" | "sitesearch" => Field::Text,
            "ancestor" => Field::Ancestor,
            "parent" => Field::Parent,
            "label" => Field::Label,
            "id" | "content" => Field::Id,
            "creator" => Field::Creator,
            "created" => Field::Created,
            "lastmodified" => Field::Modified,
            _ => return None,
        })
    }

    /// Which operators it takes.
    fn takes(self, operator: Operator) -> bool {
        use Operator::{Equal, In, Like, NotEqual, NotIn, NotLike};
        match self {
            Field::Title => matches!(operator, Equal | NotEqual | Like | NotLike | In | NotIn),
            Field::Text => matches!(operator, Like | NotLike),
            Field::Created | Field::Modified => !matches!(operator, Like | NotLike | In | NotIn),
            _ => matches!(operator, Equal | NotEqual | In | NotIn),
        }
    }
}
