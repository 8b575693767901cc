//! How v2 shows pages, blog posts and folders.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Db};
use crate::sandbox::confluence::body;
use crate::sandbox::confluence::content::{Content, Kind, Version, number, time};
use crate::sandbox::confluence::{paging, spaces, tree};

pub fn version(version: &Version) -> Value {
    json!({
        "number": version.number,
        "message": version.message,
        "minorEdit": version.minor,
        "authorId": version.author,
        "createdAt": time(version.created_ms),
    })
}

/// A page, a blog post or a folder, with its body in the wanted representation.
pub fn content(db: &Db<'_>, content: &Content, wanted: Option<&str>) -> Answer<Value> {
    let mut shown = json!({
        "id": content.id,
        "status": content.status,
        "title": content.title,
        "spaceId": content.space,
        "authorId": content.author,
        "createdAt": content.created(),
        "version": version(&content.version),
        "_links": links(db, content)?,
    });
    if content.kind == Kind::Folder {
        shown["type"] = "folder".into();
    } else {
        shown["body"] = body::show(content.body.as_ref(), wanted);
    }
    if content.kind != Kind::Blogpost {
        shown["ownerId"] = content.owner.clone().into();
        shown["position"] = tree::position(db, &content.id)?.into();
        if let Some(id) = &content.parent
            && let Some(parent) = tree::node(db, id)?
        {
            shown["parentId"] = id.clone().into();
            shown["parentType"] = parent.kind.store().into();
        }
    }
    if content.kind == Kind::Page {
        shown["lastOwnerId"] = Value::Null;
        if let Some(subtype) = &content.subtype {
            shown["subtype"] = subtype.clone().into();
        }
    }
    Ok(shown)
}

/// The address for readers, below `/wiki`.
pub fn address(db: &Db<'_>, content: &Content) -> Answer<String> {
    let key = spaces::key_of(db, &content.space)?;
    let title = paging::encode(&content.title).replace("%20", "+");
    let id = &content.id;
    Ok(match content.kind {
        Kind::Blogpost => {
            let day = content
                .created()
                .get(..10)
                .unwrap_or_default()
                .replace('-', "/");
            format!("/spaces/{key}/blog/{day}/{id}/{title}")
        }
        Kind::Folder => format!("/spaces/{key}/folder/{id}"),
        _ => format!("/spaces/{key}/pages/{id}/{title}"),
    })
}

fn links(db: &Db<'_>, content: &Content) -> Answer<Value> {
    let id = &content.id;
    let mut links = json!({ "webui": address(db, content)? });
    if content.kind != Kind::Folder {
        links["editui"] = format!("/pages/resumedraft.action?draftId={id}").into();
        links["tinyui"] = format!("/x/{}", tiny(number(id))).into();
    }
    Ok(links)
}

/// The code of a short link: the id's bytes, the lowest first, in base64 without the zeros at its
/// end, `/` as `-` and `+` as `_`. Source: Atlassian's knowledge base on tiny links.
pub fn tiny(id: i64) -> String {
    let bytes = id.to_le_bytes();
    let code = STANDARD.encode(bytes).replace('/', "-").replace('+', "_");
    code.trim_end_matches('=').trim_end_matches('A').to_owned()
}

/// Takes fields out of an answer.
pub fn leave_out(shown: &mut Value, names: &[&str]) {
    if let Some(fields) = shown.as_object_mut() {
        for name in names {
            fields.shift_remove(*name);
        }
    }
}

/// A child in the tree, as lists of children show it.
pub fn child(db: &Db<'_>, content: &Content) -> Answer<Value> {
    Ok(json!({
        "id": content.id,
        "status": content.status,
        "title": content.title,
        "type": content.kind.store(),
        "spaceId": content.space,
        "childPosition": tree::position(db, &content.id)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_links_are_the_ids_bytes() {
        assert_eq!(tiny(65_537), "AQAB");
        assert_eq!(tiny(360_451), "A4AF");
        assert_eq!(tiny(0xffff), "--8");
    }
}
