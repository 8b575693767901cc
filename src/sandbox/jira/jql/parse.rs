//! From words to a tree.

use crate::sandbox::jira::jql::words::{Word, words};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Is,
    IsNot,
    Like,
    NotLike,
    In,
    NotIn,
    Above,
    AtLeast,
    Below,
    AtMost,
    Empty,
    NotEmpty,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    And(Vec<Clause>),
    Or(Vec<Clause>),
    Not(Box<Clause>),
    /// A field in lower case, and what it's compared with. A function has its `()`.
    Field(String, Operator, Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub clause: Option<Clause>,
    /// Fields, and whether they descend.
    pub order: Vec<(String, bool)>,
}

/// The fields that can be compared.
const FIELDS: [&str; 25] = [
    "project",
    "key",
    "issuekey",
    "issue",
    "id",
    "parent",
    "status",
    "statuscategory",
    "issuetype",
    "type",
    "sprint",
    "labels",
    "assignee",
    "reporter",
    "text",
    "summary",
    "description",
    "created",
    "updated",
    "priority",
    "resolution",
    "component",
    "fixversion",
    "duedate",
    "due",
];
const ORDERS: [&str; 10] = [
    "created", "updated", "key", "issuekey", "id", "rank", "priority", "status", "summary",
    "duedate",
];

/// The query, or what is wrong with it.
pub fn parse(text: &str) -> Result<Query, String> {
    let mut reader = Reader {
        words: words(text)?,
        at: 0,
        depth: 0,
    };
    let starts_with_order = reader.peek_name("order");
    let clause = if reader.words.is_empty() || starts_with_order {
        None
    } else {
        Some(reader.either()?)
    };
    let mut order = Vec::new();
    if reader.take_name("order") {
        if !reader.take_name("by") {
            return Err("Expecting 'by' after 'order'.".into());
        }
        loop {
            let field = reader.value()?.to_lowercase();
            if !ORDERS.contains(&field.as_str()) {
                return Err(format!("Not able to sort using field '{field}'."));
            }
            let descending = reader.take_name("desc");
            if !descending {
                reader.take_name("asc");
            }
            order.push((field, descending));
            if !reader.take_sign(",") {
                break;
            }
        }
    }
    match reader.words.get(reader.at) {
        None => Ok(Query { clause, order }),
        Some(word) => Err(format!(
            "Error in the JQL Query: {word:?} isn't expected here."
        )),
    }
}

struct Reader {
    words: Vec<Word>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek_name(&self, name: &str) -> bool {
        matches!(self.words.get(self.at), Some(Word::Name(n)) if n.eq_ignore_ascii_case(name))
    }

    fn take_name(&mut self, name: &str) -> bool {
        let found = self.peek_name(name);
        self.at += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.words.get(self.at), Some(Word::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn either(&mut self) -> Result<Clause, String> {
        let mut all = vec![self.both()?];
        while self.take_name("or") || self.take_sign("||") {
            all.push(self.both()?);
        }
        Ok(one_or(all, Clause::Or))
    }

    fn both(&mut self) -> Result<Clause, String> {
        let mut all = vec![self.single()?];
        while self.take_name("and") {
            all.push(self.single()?);
        }
        Ok(one_or(all, Clause::And))
    }

    fn single(&mut self) -> Result<Clause, String> {
        self.depth += 1;
        if self.depth > 50 {
            return Err("The query is nested too deeply.".into());
        }
        let clause = if self.take_name("not") {
            Clause::Not(Box::new(self.single()?))
        } else if self.take_sign("(") {
            let inside = self.either()?;
            if !self.take_sign(")") {
                return Err("A parenthesis has no end.".into());
            }
            inside
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(clause)
    }

    fn comparison(&mut self) -> Result<Clause, String> {
        let field = self.value()?;
        let lower = field.to_lowercase();
        if !FIELDS.contains(&lower.as_str()) {
            return Err(format!(
                "Field '{field}' does not exist or you do not have permission to view it."
            ));
        }
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            Operator::Empty | Operator::NotEmpty => Vec::new(),
            _ => vec![self.function_or_value()?],
        };
        // `= EMPTY` is `IS EMPTY`
        let empty = values.len() == 1
            && values
                .iter()
                .all(|v| ["empty", "null"].contains(&v.to_lowercase().as_str()));
        Ok(match operator {
            Operator::Is if empty => Clause::Field(lower, Operator::Empty, Vec::new()),
            Operator::IsNot if empty => Clause::Field(lower, Operator::NotEmpty, Vec::new()),
            _ => Clause::Field(lower, operator, values),
        })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        for (sign, operator) in [
            ("!=", Operator::IsNot),
            ("!~", Operator::NotLike),
            (">=", Operator::AtLeast),
            ("<=", Operator::AtMost),
            ("=", Operator::Is),
            ("~", Operator::Like),
            (">", Operator::Above),
            ("<", Operator::Below),
        ] {
            if self.take_sign(sign) {
                return Ok(operator);
            }
        }
        if self.take_name("in") {
            return Ok(Operator::In);
        }
        if self.take_name("not") && self.take_name("in") {
            return Ok(Operator::NotIn);
        }
        if self.take_name("is") {
            let not = self.take_name("not");
            if self.take_name("empty") || self.take_name("null") {
                return Ok(if not {
                    Operator::NotEmpty
                } else {
                    Operator::Empty
                });
            }
        }
        Err("Error in the JQL Query: an operator is expected, one of = != ~ !~ > >= < <= IN, NOT IN, IS.".into())
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        if !self.take_sign("(") {
            return Ok(vec![self.function_or_value()?]);
        }
        let mut all = vec![self.function_or_value()?];
        while self.take_sign(",") {
            all.push(self.function_or_value()?);
        }
        if !self.take_sign(")") {
            return Err("A list has no end.".into());
        }
        Ok(all)
    }

    fn function_or_value(&mut self) -> Result<String, String> {
        let value = self.value()?;
        if self.take_sign("(") {
            if !self.take_sign(")") {
                return Err(format!("The function {value} takes nothing here."));
            }
            return Ok(format!("{}()", value.to_lowercase()));
        }
        Ok(value)
    }

    fn value(&mut self) -> Result<String, String> {
        let value = match self.words.get(self.at) {
            Some(Word::Name(name) | Word::Quoted(name)) => name.clone(),
            Some(Word::Sign(sign)) => {
                return Err(format!(
                    "Error in the JQL Query: '{sign}' isn't expected here."
                ));
            }
            None => return Err("Error in the JQL Query: it ends too early.".into()),
        };
        self.at += 1;
        Ok(value)
    }
}

fn one_or(mut all: Vec<Clause>, many: fn(Vec<Clause>) -> Clause) -> Clause {
    match (all.len(), all.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            all.push(last);
            many(all)
        }
        (_, None) => many(all),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn queries_are_read() {
        let query = parse("project = \"A B\" AND (status != Done or NOT labels in (x, 'y z')) order by created DESC, key").unwrap();
        let field = |name: &str, op, values: &[&str]| {
            Clause::Field(
                name.into(),
                op,
                values.iter().map(|v| (*v).into()).collect(),
            )
        };
        let not = Clause::Not(Box::new(field("labels", Operator::In, &["x", "y z"])));
        let or = Clause::Or(vec![field("status", Operator::IsNot, &["Done"]), not]);
        assert_eq!(
            query.clause,
            Some(Clause::And(vec![
                field("project", Operator::Is, &["A B"]),
                or
            ]))
        );
        assert_eq!(
            query.order,
            [("created".to_owned(), true), ("key".to_owned(), false)]
        );
        assert_eq!(
            parse("parent is not empty").unwrap().clause,
            Some(field("parent", Operator::NotEmpty, &[]))
        );
        assert_eq!(
            parse("sprint in openSprints()").unwrap().clause,
            Some(field("sprint", Operator::In, &["opensprints()"]))
        );
        assert_eq!(parse("order by key").unwrap().clause, None);
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for wrong in [
            "project",
            "project =",
            "colour = red",
            "project = A B",
            "(project = A",
            "project = \"A",
            "key in (A-1",
            "order by colour",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,60}") {
            let _ = parse(&text);
        }
    }
}
