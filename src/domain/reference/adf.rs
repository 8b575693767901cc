//! The Atlassian Document Format
//! (<https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>): a tree of
//! nodes, each with a type, attributes, marks and content.
//!
//! Text is rewritten as text, and every attribute by its name: addresses of cards and links with
//! their data, queries of datasources, parameters of macros, people, media. Ids that only the
//! document knows (`localId`) stay. Where the node is a person who has no account in the target, it
//! becomes the person's name.

use serde_json::{Map, Value, json};

use super::boundary::joins;
use super::kind::ReferenceKind;
use super::leftover::{Reason, Residue};
use super::named::How;
use super::rewriter::Rewriter;
use super::span::{Span, apply};

impl Rewriter {
    /// A document with every reference to the source replaced, and how many there were.
    pub fn adf(&self, document: &Value) -> (Value, usize) {
        let mut document = document.clone();
        let mut walk = Walk::new(self, false);
        walk.value(&mut document, "", "");
        (document, walk.count)
    }

    /// What in a document, which was rewritten, still names the source. Places are those in the
    /// string that holds it.
    pub fn residues_adf(&self, document: &Value) -> Vec<Residue> {
        let mut document = document.clone();
        let mut walk = Walk::new(self, true);
        walk.value(&mut document, "", "");
        walk.left
    }
}

/// A walk that changes what it finds, or only says so.
struct Walk<'r> {
    rewriter: &'r Rewriter,
    only_look: bool,
    /// How deep in code that stays as it is.
    kept: usize,
    /// What stands in the nodes before and after the text node.
    around: (Option<char>, Option<char>),
    count: usize,
    left: Vec<Residue>,
}

impl<'r> Walk<'r> {
    fn new(rewriter: &'r Rewriter, only_look: bool) -> Self {
        Walk {
            rewriter,
            only_look,
            kept: 0,
            around: (None, None),
            count: 0,
            left: Vec::new(),
        }
    }

    /// `of` is the macro that it's a parameter of, `name` the member's name.
    fn value(&mut self, value: &mut Value, of: &str, name: &str) {
        match value {
            Value::String(text) => self.string(text, How::parameter(of, name)),
            Value::Number(_) => self.number(value, How::parameter(of, name)),
            Value::Array(all) => self.each(all, of, name),
            Value::Object(members) => {
                if let Some(name) = self.absent(members) {
                    self.count += 1;
                    if !self.only_look {
                        *value = json!({"type": "text", "text": name});
                    }
                    return;
                }
                self.object(members, of, name);
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Text that is written in several nodes, for the sake of its looks, is one text: a token that
    /// goes on in the next node is a part of a longer word.
    fn each(&mut self, all: &mut [Value], of: &str, name: &str) {
        let mut before = None;
        for n in 0..all.len() {
            let after = all
                .get(n + 1)
                .and_then(text_of)
                .and_then(|t| t.chars().next());
            let Some(one) = all.get_mut(n) else {
                continue;
            };
            let last = text_of(one).and_then(|t| t.chars().next_back());
            self.around = last.map_or((None, None), |_| (before, after));
            self.value(one, of, name);
            self.around = (None, None);
            before = last;
        }
    }

    fn object(&mut self, members: &mut Map<String, Value>, of: &str, name: &str) {
        let kind = members
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let kind = kind.unwrap_or_default();
        let is_node = ["content", "attrs", "marks", "text"]
            .iter()
            .any(|member| members.contains_key(*member));
        let is_code = kind == "codeBlock" || (kind == "text" && has_code_mark(members));
        let keeps = self.rewriter.keep_code && is_code;
        self.kept += usize::from(keeps);
        self.unresolved_media(members, name);
        let foreign = leads_elsewhere(self.rewriter, members);
        let extension = members
            .get("extensionKey")
            .and_then(Value::as_str)
            .unwrap_or(of)
            .to_owned();
        for (member, inner) in members.iter_mut() {
            match member.as_str() {
                "type" if is_node => {}
                "localId" | "extensionKey" | "extensionType" | "layout" => {}
                "datasource" if foreign => {}
                // a macro's parameter is {"value": …} under its name
                "value" if inner.is_string() => self.value(inner, &extension, name),
                "id" if kind == "mention" || name == "mention" => self.account(inner),
                "text" if is_node && kind == "text" => self.text(inner),
                "attrs" => self.value(inner, &extension, &kind),
                "id" => self.value(inner, &extension, ""),
                member => self.value(inner, &extension, member),
            }
        }
        self.kept -= usize::from(keeps);
    }

    /// A text node's own text.
    fn text(&mut self, value: &mut Value) {
        let Value::String(text) = value else {
            return;
        };
        let (before, after) = self.around;
        let mut spans = self.rewriter.find(text);
        let goes_on = |outer: Option<char>, inner: Option<char>| {
            outer.is_some_and(joins) && inner.is_some_and(joins)
        };
        spans.retain(|span| {
            let begins = span.start == 0 && goes_on(before, text.chars().next());
            let ends = span.end == text.len() && goes_on(after, text.chars().next_back());
            !begins && !ends
        });
        self.replace(text, &spans);
    }

    fn string(&mut self, text: &mut String, how: How) {
        let spans = self.rewriter.read(how, text);
        self.replace(text, &spans);
    }

    fn replace(&mut self, text: &mut String, spans: &[Span]) {
        if self.only_look {
            if !spans.is_empty() && self.kept > 0 {
                self.left.extend(spans.iter().map(|span| Residue {
                    at: span.start,
                    names: self.rewriter.names(span),
                    reason: Reason::Code,
                }));
                return;
            }
            self.left
                .extend(spans.iter().filter_map(|span| self.rewriter.missed(span)));
            let others = self.rewriter.residues(text).into_iter();
            self.left
                .extend(others.filter(|r| r.reason != Reason::NotRewritten));
            return;
        }
        if self.kept == 0 && !spans.is_empty() {
            self.count += spans.len();
            *text = apply(text, spans).text.into_owned();
        }
    }

    /// A file of an issue that nothing in the map stands for. A page's files are in a collection
    /// that is called by the page, and go by other ids.
    fn unresolved_media(&mut self, attrs: &Map<String, Value>, of: &str) {
        let is_file = matches!(of, "media" | "mediaInline")
            && attrs.get("collection").is_none_or(|c| c == "")
            && attrs.get("type").is_none_or(|t| t != "external");
        let media = ReferenceKind::JiraMedia;
        if !self.only_look || !is_file || !self.rewriter.index.has(media) {
            return;
        }
        let known = |id: &str| {
            self.rewriter.index.get(media, id).is_some() || self.rewriter.is_a_target(media, id)
        };
        if attrs
            .get("id")
            .and_then(Value::as_str)
            .is_some_and(|id| !known(id))
        {
            self.left.push(Residue {
                at: 0,
                names: media.word().into(),
                reason: Reason::Unresolved,
            });
        }
    }

    /// Some ids are written as numbers.
    fn number(&mut self, value: &mut Value, how: How) {
        if !matches!(how, How::One(_)) {
            return;
        }
        let mut text = value.to_string();
        let before = self.count;
        self.string(&mut text, how);
        if self.count > before
            && let Ok(number) = text.parse::<u64>()
        {
            *value = Value::from(number);
        }
    }

    fn account(&mut self, id: &mut Value) {
        if let Value::String(text) = id {
            self.string(text, How::One(&[ReferenceKind::Account]));
        }
    }

    /// What is written in place of a mention of somebody who has no account in the target.
    fn absent(&self, node: &Map<String, Value>) -> Option<String> {
        if node.get("type")?.as_str()? != "mention" {
            return None;
        }
        let attrs = node.get("attrs")?;
        let name = self.rewriter.absent.get(attrs.get("id")?.as_str()?)?;
        let shown = attrs
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = if name.is_empty() { shown } else { name };
        let name = name.trim_start_matches('@');
        (!name.is_empty()).then(|| format!("@{name}"))
    }
}

/// The text of a text node.
fn text_of(node: &Value) -> Option<&str> {
    let is_text = node.get("type")? == "text";
    node.get("text")?.as_str().filter(|_| is_text)
}

fn has_code_mark(node: &Map<String, Value>) -> bool {
    let marks = node.get("marks").and_then(Value::as_array);
    marks
        .into_iter()
        .flatten()
        .any(|mark| mark.get("type").is_some_and(|t| t == "code"))
}

/// Whether a card's address is on somebody else's site: so is what its query asks.
fn leads_elsewhere(rewriter: &Rewriter, attrs: &Map<String, Value>) -> bool {
    attrs
        .get("url")
        .and_then(Value::as_str)
        .is_some_and(|url| !rewriter.is_at_home(url))
}
