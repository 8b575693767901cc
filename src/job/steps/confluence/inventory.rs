//! What there is in the source's space: its tree of pages and folders, in the order in which it can
//! be created. Bodies go to the disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::TryStreamExt;

use super::ends::Ends;
use super::known::number;
use super::spool::Spool;
use crate::error::Result;
use crate::provider::confluence::{Child, Confluence, DEEPEST, Format, Page, Space};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Page,
    Folder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub id: String,
    pub kind: Kind,
    pub title: String,
    /// What it's below; `None` on the space's top level.
    pub parent: Option<String>,
    /// Among its siblings, where somebody put them in order.
    pub position: Option<i64>,
    /// A live document, whose body is an Atlassian document.
    pub live: bool,
    /// Its body is in the spool.
    pub spooled: bool,
}

#[derive(Debug, Default)]
pub struct Inventory {
    pub homepage: Option<Node>,
    /// The rest, level by level; siblings in order.
    pub levels: Vec<Vec<Node>>,
    /// What the API can't copy: its kind and title.
    pub unsupported: Vec<(String, String)>,
    pub archived: u64,
}

impl Inventory {
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.homepage.iter().chain(self.levels.iter().flatten())
    }
}

/// Reads a space, and its bodies into the spool.
pub async fn read(ends: &Ends<'_>, spool: &mut Spool) -> Result<Inventory> {
    let mut nodes = BTreeMap::new();
    let mut pages = ends.source.pages(&ends.from.id, Format::Storage);
    while let Some(page) = pages.try_next().await? {
        ends.ctx.check_cancelled()?;
        let node = node_of(&page);
        if let Some(body) = page.body.text(Format::Storage).filter(|_| node.spooled) {
            spool.put(&page.id, body)?;
        }
        nodes.insert(page.id, node);
    }
    let mut inventory = whole(&ends.source, &ends.from, nodes).await?;
    let mut archived = ends.source.page_heads(&ends.from.id, "archived");
    let mut count = 0;
    while archived.try_next().await?.is_some() {
        count += 1;
    }
    inventory.archived = count;
    Ok(inventory)
}

/// The tree of a space alone, without bodies.
pub async fn tree(client: &Confluence, space: &Space) -> Result<Inventory> {
    let mut nodes = BTreeMap::new();
    let mut pages = client.page_heads(&space.id, "current");
    while let Some(page) = pages.try_next().await? {
        nodes.insert(page.id.clone(), node_of(&page));
    }
    whole(client, space, nodes).await
}

/// With what no list of pages has.
async fn whole(
    client: &Confluence,
    space: &Space,
    nodes: BTreeMap<String, Node>,
) -> Result<Inventory> {
    let mut found = Found {
        nodes,
        ..Found::default()
    };
    look_below(client, space, &mut found).await?;
    look_above(client, &mut found).await?;
    Ok(arrange(found, space.homepage_id.as_deref()))
}

fn node_of(page: &Page) -> Node {
    let live = page.subtype.as_deref() == Some("live");
    Node {
        id: page.id.clone(),
        kind: Kind::Page,
        title: page.title.clone(),
        parent: page.parent_id.clone().filter(|id| !id.is_empty()),
        position: page.position,
        live,
        spooled: !live && page.body.text(Format::Storage).is_some(),
    }
}

#[derive(Default)]
struct Found {
    nodes: BTreeMap<String, Node>,
    /// What can't be copied: its parent, kind and title.
    others: BTreeMap<String, (Option<String>, String, String)>,
}

impl Found {
    fn add(&mut self, child: Child, below: &str) {
        let parent = child.parent_id.or_else(|| Some(below.to_owned()));
        match child.kind.as_str() {
            "page" => {
                if let Some(node) = self.nodes.get_mut(&child.id) {
                    node.position = node.position.or(child.child_position);
                }
            }
            "folder" => {
                self.nodes.insert(
                    child.id.clone(),
                    Node {
                        id: child.id,
                        kind: Kind::Folder,
                        title: child.title,
                        parent,
                        position: child.child_position,
                        live: false,
                        spooled: false,
                    },
                );
            }
            _ => {
                self.others
                    .insert(child.id, (parent, child.kind, child.title));
            }
        }
    }
}

/// Folders and what can't be copied: no list of the space has them, only what they are below.
async fn look_below(client: &Confluence, space: &Space, found: &mut Found) -> Result<()> {
    let roots = found.nodes.values().filter(|node| node.parent.is_none());
    let mut open: Vec<String> = roots.map(|node| node.id.clone()).collect();
    if let Some(home) = &space.homepage_id
        && !open.contains(home)
    {
        open.push(home.clone());
    }
    let mut folders: Vec<String> = Vec::new();
    while let Some(page) = open.pop() {
        let mut below = client.descendants(&page);
        while let Some(child) = below.try_next().await? {
            // what is deeper is asked for from here on
            match child.kind.as_str() {
                "page" if child.depth >= DEEPEST => open.push(child.id.clone()),
                "folder" if child.depth >= DEEPEST => folders.push(child.id.clone()),
                _ => {}
            }
            found.add(child, &page);
        }
        while let Some(folder) = folders.pop() {
            let mut inside = client.children_of_folder(&folder);
            while let Some(child) = inside.try_next().await? {
                match child.kind.as_str() {
                    "page" => open.push(child.id.clone()),
                    "folder" => folders.push(child.id.clone()),
                    _ => {}
                }
                found.add(child, &folder);
            }
        }
    }
    Ok(())
}

/// Folders on the top level, which only what is in them names.
async fn look_above(client: &Confluence, found: &mut Found) -> Result<()> {
    let mut seen = BTreeSet::new();
    loop {
        let parents = found.nodes.values().filter_map(|node| node.parent.clone());
        let unknown = parents
            .filter(|id| !found.nodes.contains_key(id) && !found.others.contains_key(id))
            .find(|id| !seen.contains(id));
        let Some(id) = unknown else {
            return Ok(());
        };
        seen.insert(id.clone());
        if let Some(folder) = client.folder(&id).await? {
            found.nodes.insert(
                id.clone(),
                Node {
                    id,
                    kind: Kind::Folder,
                    title: folder.title,
                    parent: folder.parent_id.filter(|id| !id.is_empty()),
                    position: folder.position,
                    live: false,
                    spooled: false,
                },
            );
        }
    }
}

/// The tree level by level. What is below something that can't be copied moves up to what that is
/// below; what is below something unknown, below the homepage.
fn arrange(found: Found, homepage: Option<&str>) -> Inventory {
    let Found { mut nodes, others } = found;
    let home = homepage.and_then(|id| nodes.remove(id));
    let known: BTreeSet<String> = nodes.keys().cloned().collect();
    let top = home.as_ref().map(|home| home.id.clone());
    let mut below: HashMap<Option<String>, Vec<Node>> = HashMap::new();
    for mut node in nodes.into_values() {
        let mut hops = 0;
        while let Some(id) = node.parent.clone() {
            if known.contains(&id) || Some(&id) == top.as_ref() {
                break;
            }
            hops += 1;
            node.parent = match others.get(&id) {
                Some((parent, _, _)) if hops < 1_000 => parent.clone(),
                _ => top.clone(),
            };
        }
        below.entry(node.parent.clone()).or_default().push(node);
    }
    for siblings in below.values_mut() {
        siblings.sort_by_key(|node| (node.position, number(&node.id)));
    }
    let mut levels = Vec::new();
    let mut above: Vec<Option<String>> = vec![None];
    above.extend(top.map(Some));
    loop {
        let level: Vec<Node> = above
            .iter()
            .filter_map(|parent| below.remove(parent))
            .flatten()
            .collect();
        if level.is_empty() {
            break;
        }
        above = level.iter().map(|node| Some(node.id.clone())).collect();
        levels.push(level);
    }
    let unsupported = others.into_values().map(|(_, kind, title)| (kind, title));
    Inventory {
        homepage: home,
        levels,
        unsupported: unsupported.collect(),
        archived: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, parent: Option<&str>, position: Option<i64>) -> (String, Node) {
        let node = Node {
            id: id.into(),
            kind: Kind::Page,
            title: format!("Page {id}"),
            parent: parent.map(str::to_owned),
            position,
            live: false,
            spooled: true,
        };
        (id.into(), node)
    }

    #[test]
    fn parents_come_before_children_and_siblings_in_order() {
        let found = Found {
            nodes: BTreeMap::from([
                node("1", None, None),
                node("2", Some("1"), Some(1)),
                node("3", Some("1"), Some(0)),
                node("4", Some("9"), None),
                node("5", Some("4"), None),
                node("6", Some("77"), Some(5)),
                node("7", None, None),
            ]),
            others: BTreeMap::from([(
                "9".into(),
                (Some("3".into()), "whiteboard".into(), "Board".into()),
            )]),
        };
        let arranged = arrange(found, Some("1"));
        let levels: Vec<Vec<&str>> = arranged
            .levels
            .iter()
            .map(|level| level.iter().map(|n| &*n.id).collect())
            .collect();
        assert_eq!(levels, [vec!["7", "3", "2", "6"], vec!["4"], vec!["5"]]);
        assert_eq!(arranged.homepage.unwrap().id, "1");
        assert_eq!(
            arranged.unsupported,
            [("whiteboard".into(), "Board".into())]
        );
    }
}
