//! From text to a query.

use std::iter::Peekable;
use std::vec::IntoIter;

use crate::sandbox::confluence::cql::tokens::{Token, tokens};
use crate::sandbox::confluence::cql::{Expression, Field, Operator, Order, Query};

/// How deep parentheses may nest.
const DEEPEST: usize = 50;

/// Reads a query; else says what is wrong with it.
pub fn parse(text: &str) -> Result<Query, String> {
    let mut parser = Parser {
        tokens: tokens(text)?.into_iter().peekable(),
        depth: 0,
    };
    let filter = if parser.at_word("order") || parser.tokens.peek().is_none() {
        None
    } else {
        Some(parser.any()?)
    };
    let order = parser.order()?;
    match parser.tokens.next() {
        Some(token) => Err(unexpected(&token)),
        None if filter.is_none() && order.is_empty() => Err("the query is empty".to_owned()),
        None => Ok(Query { filter, order }),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn at_word(&mut self, wanted: &str) -> bool {
        matches!(self.tokens.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let there = self.at_word(wanted);
        if there {
            self.tokens.next();
        }
        there
    }

    fn take_sign(&mut self, wanted: &str) -> bool {
        let there = matches!(self.tokens.peek(), Some(Token::Sign(sign)) if *sign == wanted);
        if there {
            self.tokens.next();
        }
        there
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.take_word("and") {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the query nests too deeply".to_owned());
        }
        let found = if self.take_word("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.take_sign("(") {
            let inner = self.any()?;
            if !self.take_sign(")") {
                return Err("a parenthesis is not closed".to_owned());
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(found)
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let field = self.field()?;
        let operator = self.operator()?;
        if !field.takes(operator) {
            return Err(format!(
                "the operator {operator:?} cannot be used with the field {field:?}"
            ));
        }
        let values = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            _ => vec![self.value()?],
        };
        Ok(Expression::Is {
            field,
            operator,
            values,
        })
    }

    fn field(&mut self) -> Result<Field, String> {
        match self.tokens.next() {
            Some(Token::Word(name)) => {
                Field::named(&name).ok_or_else(|| format!("no field exists with name '{name}'"))
            }
            Some(token) => Err(unexpected(&token)),
            None => Err("the query ends where a field was expected".to_owned()),
        }
    }

    fn operator(&mut self) -> Result<Operator, String> {
        match self.tokens.next() {
            Some(Token::Sign("=")) => Ok(Operator::Equal),
            Some(Token::Sign("!=")) => Ok(Operator::NotEqual),
            Some(Token::Sign("~")) => Ok(Operator::Like),
            Some(Token::Sign("!~")) => Ok(Operator::NotLike),
            Some(Token::Sign(">")) => Ok(Operator::Greater),
            Some(Token::Sign(">=")) => Ok(Operator::GreaterOrEqual),
            Some(Token::Sign("<")) => Ok(Operator::Less),
            Some(Token::Sign("<=")) => Ok(Operator::LessOrEqual),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("in") => Ok(Operator::In),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") && self.take_word("in") => {
                Ok(Operator::NotIn)
            }
            Some(token) => Err(unexpected(&token)),
            None => Err("the query ends where an operator was expected".to_owned()),
        }
    }

    fn value(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Word(value) | Token::Quoted(value)) => Ok(value),
            Some(token) => Err(unexpected(&token)),
            None => Err("the query ends where a value was expected".to_owned()),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        if !self.take_sign("(") {
            return Err("a list of values begins with a parenthesis".to_owned());
        }
        let mut values = vec![self.value()?];
        while self.take_sign(",") {
            values.push(self.value()?);
        }
        if self.take_sign(")") {
            Ok(values)
        } else {
            Err("a parenthesis is not closed".to_owned())
        }
    }

    fn order(&mut self) -> Result<Vec<Order>, String> {
        if !self.take_word("order") {
            return Ok(Vec::new());
        }
        if !self.take_word("by") {
            return Err("\"order\" goes with \"by\"".to_owned());
        }
        let mut orders = Vec::new();
        loop {
            let field = self.field()?;
            let descending = self.take_word("desc");
            if !descending {
                self.take_word("asc");
            }
            orders.push(Order { field, descending });
            if !self.take_sign(",") {
                return Ok(orders);
            }
        }
    }
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn unexpected(token: &Token) -> String {
    match token {
        Token::Word(text) | Token::Quoted(text) => format!("unexpected '{text}'"),
        Token::Sign(sign) => format!("unexpected '{sign}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(field: Field, operator: Operator, values: &[&str]) -> Expression {
        Expression::Is {
            field,
            operator,
            values: values.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    #[test]
    fn and_binds_more_than_or() {
        let query = parse("space = \"DOC\" and type=page OR NOT label in (a, 'b c')").unwrap();
        assert_eq!(
            query.filter.unwrap(),
            Expression::Any(vec![
                Expression::All(vec![
                    is(Field::Space, Operator::Equal, &["DOC"]),
                    is(Field::Type, Operator::Equal, &["page"]),
                ]),
                Expression::Not(Box::new(is(Field::Label, Operator::In, &["a", "b c"]))),
            ])
        );
    }

    #[test]
    fn values_and_orders_are_read() {
        let query = parse("(text ~ \"a \\\"b\\\"\") order by created desc, title").unwrap();
        assert_eq!(
            query.filter.unwrap(),
            is(Field::Text, Operator::Like, &["a \"b\""])
        );
        let orders: Vec<_> = query
            .order
            .iter()
            .map(|o| (o.field, o.descending))
            .collect();
        assert_eq!(orders, [(Field::Created, true), (Field::Title, false)]);
    }

    #[test]
    fn what_is_not_cql_is_refused() {
        for wrong in [
            "",
            "space",
            "space =",
            "space = a b",
            "colour = red",
            "(space = a",
            "space = a)",
            "space in a",
            "space in ()",
            "space in (a",
            "space ~ a",
            "text = a",
            "created in (now)",
            "title = \"open",
            "and space = a",
            "order title",
            "order by",
            "space ! a",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse(&"(".repeat(10_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fall(text in "[a-z =~!<>(),\"'\\\\á]{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_quoted_value_comes_back(value in "[^\\\\\"]{0,40}") {
            let query = parse(&format!("title ~ \"{value}\"")).unwrap();
            proptest::prop_assert_eq!(
                query.filter.unwrap(),
                Expression::Is { field: Field::Title, operator: Operator::Like, values: vec![value] }
            );
        }
    }
}
