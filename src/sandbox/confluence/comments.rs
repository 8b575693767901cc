//! Footer comments and inline comments, with their replies.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::confluence::content::{Content, Kind, any, listed, new_id, number, time};
use crate::sandbox::confluence::show::leave_out;
use crate::sandbox::confluence::spaces::{direction, in_order};
use crate::sandbox::confluence::{access, body, inline, page_changes, paging, show};

/// `POST /wiki/api/v2/footer-comments`
pub fn create_footer(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let comment = begin(db, call, &request, Kind::FooterComment)?;
    comment.save(db)?;
    Ok(Reply::created(written(db, call, &comment)?))
}

/// `POST /wiki/api/v2/inline-comments`
pub fn create_inline(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let mut comment = begin(db, call, &request, Kind::InlineComment)?;
    let selected = &request["inlineCommentProperties"];
    if body::id(&request, "parentCommentId").is_some() {
        if !selected.is_null() {
            return Err(Refusal::bad("A reply has no selection of its own."));
        }
    } else {
        let page = comment.parent.clone().unwrap_or_default();
        comment.inline = Some(inline::select(db, &page, selected)?);
    }
    comment.save(db)?;
    Ok(Reply::created(written(db, call, &comment)?))
}

fn begin(db: &Db<'_>, call: &Call, request: &Value, kind: Kind) -> Answer<Content> {
    let places = [
        ("pageId", Kind::Page),
        ("blogPostId", Kind::Blogpost),
        ("attachmentId", Kind::Attachment),
        ("parentCommentId", kind),
    ];
    let mut named = places
        .iter()
        .filter_map(|(name, kind)| Some((body::id(request, name)?, *kind)));
    let (Some((id, on)), None) = (named.next(), named.next()) else {
        return Err(Refusal::bad("Say exactly one place for the comment."));
    };
    if on == Kind::Attachment && kind == Kind::InlineComment {
        return Err(Refusal::bad("An attachment has no inline comments."));
    }
    let holder = access::current(db, call, on, &id)?;
    let (body, text) =
        body::read(request)?.ok_or_else(|| Refusal::bad("'body' must be provided."))?;
    let mut comment = Content::new(kind, new_id(db)?, &holder.space, call.user.account_id);
    comment.title = match on {
        Kind::FooterComment | Kind::InlineComment => holder.title,
        _ => format!("Re: {}", holder.title),
    };
    comment.parent = Some(holder.id);
    comment.body = Some(body);
    comment.text = text;
    Ok(comment)
}

/// `PUT /wiki/api/v2/footer-comments/{id}`
pub fn update_footer(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    update(db, call, Kind::FooterComment)
}

/// `PUT /wiki/api/v2/inline-comments/{id}`
pub fn update_inline(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    update(db, call, Kind::InlineComment)
}

fn update(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let request = body::request(call)?;
    let mut comment = access::current(db, call, kind, call.param("id"))?;
    let given = request.pointer("/version/number").and_then(Value::as_i64);
    let current = comment.version.number;
    match given {
        Some(given) if given == current + 1 => {}
        Some(given) => return Err(page_changes::stale(current, given)),
        None => return Err(Refusal::bad("'version' must be provided.")),
    }
    let message = request.pointer("/version/message").and_then(Value::as_str);
    comment.begin_version(call.user.account_id, message.unwrap_or_default(), false);
    if let Some((body, text)) = body::read(&request)? {
        comment.body = Some(body);
        comment.text = text;
    }
    if let (Some(inline), Some(resolved)) = (&mut comment.inline, request["resolved"].as_bool()) {
        inline::resolve(inline, resolved, call.user.account_id)?;
    }
    comment.save(db)?;
    let wanted = comment.body.as_ref().map(|b| b.representation.as_str());
    Ok(Reply::json(shape(db, &comment, wanted)?))
}

/// `GET /wiki/api/v2/footer-comments/{id}`
pub fn get_footer(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    get(db, call, Kind::FooterComment)
}

/// `GET /wiki/api/v2/inline-comments/{id}`
pub fn get_inline(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    get(db, call, Kind::InlineComment)
}

fn get(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let comment = access::current(db, call, kind, call.param("id"))?;
    let mut shown = shape(db, &comment, body::wanted(call)?)?;
    shown["_links"]["base"] = format!("{}/wiki", call.base()).into();
    Ok(Reply::json(shown))
}

fn written(db: &Db<'_>, call: &Call, comment: &Content) -> Answer<Value> {
    let wanted = comment.body.as_ref().map(|b| b.representation.as_str());
    let mut shown = shape(db, comment, wanted)?;
    shown["_links"]["base"] = format!("{}/wiki", call.base()).into();
    Ok(shown)
}

/// What a comment stands on in the end, and the comment that it replies to.
fn place(db: &Db<'_>, comment: &Content) -> Answer<(Option<Content>, Option<String>)> {
    let mut reply_to = None;
    let mut at = comment.clone();
    while let Some(id) = at.parent.clone() {
        match any(db, &id)? {
            Some(above) if above.kind.is_comment() => {
                reply_to.get_or_insert(id);
                at = above;
            }
            holder => return Ok((holder, reply_to)),
        }
    }
    Ok((None, reply_to))
}

fn shape(db: &Db<'_>, comment: &Content, wanted: Option<&str>) -> Answer<Value> {
    let (holder, reply_to) = place(db, comment)?;
    let mut shown = json!({
        "id": comment.id,
        "status": comment.status,
        "title": comment.title,
        "version": show::version(&comment.version),
        "body": body::show(comment.body.as_ref(), wanted),
        "_links": {},
    });
    if let Some(holder) = &holder {
        let field = match holder.kind {
            Kind::Blogpost => "blogPostId",
            Kind::Attachment => "attachmentId",
            _ => "pageId",
        };
        shown[field] = holder.id.clone().into();
        let address = show::address(db, holder)?;
        shown["_links"]["webui"] = format!("{address}?focusedCommentId={}", comment.id).into();
    }
    if let Some(id) = reply_to {
        shown["parentCommentId"] = id.into();
    }
    if comment.kind == Kind::InlineComment {
        let resolution = comment
            .inline
            .as_ref()
            .map_or("open", |i| i.resolution.as_str());
        shown["resolutionStatus"] = resolution.into();
    }
    if let Some(inline) = &comment.inline {
        shown["properties"] = json!({
            "inlineMarkerRef": inline.marker,
            "inlineOriginalSelection": inline.selection,
            "inline-marker-ref": inline.marker,
            "inline-original-selection": inline.selection,
        });
        if let (Some(by), Some(ms)) = (&inline.resolver, inline.resolved_ms) {
            shown["resolutionLastModifierId"] = by.clone().into();
            shown["resolutionLastModifiedAt"] = time(ms).into();
        }
    }
    Ok(shown)
}

/// `GET /wiki/api/v2/pages/{id}/footer-comments`: those that are no replies.
pub fn footer_of_page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::Page, Kind::FooterComment)
}

/// `GET /wiki/api/v2/pages/{id}/inline-comments`
pub fn inline_of_page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::Page, Kind::InlineComment)
}

/// `GET /wiki/api/v2/blogposts/{id}/footer-comments`
pub fn footer_of_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::Blogpost, Kind::FooterComment)
}

/// `GET /wiki/api/v2/blogposts/{id}/inline-comments`
pub fn inline_of_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::Blogpost, Kind::InlineComment)
}

/// `GET /wiki/api/v2/footer-comments/{id}/children`
pub fn footer_replies(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::FooterComment, Kind::FooterComment)
}

/// `GET /wiki/api/v2/inline-comments/{id}/children`
pub fn inline_replies(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    list(db, call, Kind::InlineComment, Kind::InlineComment)
}

fn list(db: &Db<'_>, call: &Call, on: Kind, kind: Kind) -> Answer<Reply> {
    let holder = access::current(db, call, on, call.param("id"))?;
    let wanted = body::wanted(call)?;
    let resolutions = call.queries("resolution-status");
    let (by, descending) = direction(call.query("sort").unwrap_or("created-date"));
    let mut keyed = Vec::new();
    for comment in listed(db, kind, &holder.id)? {
        let resolution = comment
            .inline
            .as_ref()
            .map_or("open", |i| i.resolution.as_str());
        if comment.is_current() && (resolutions.is_empty() || resolutions.contains(&resolution)) {
            let id = order(number(&comment.id));
            let key = match by {
                "created-date" => id,
                "modified-date" => format!("{} {id}", time(comment.version.created_ms)),
                other => return Err(Refusal::bad(format!("'{other}' is not a sort order."))),
            };
            keyed.push((key, comment));
        }
    }
    in_order(&mut keyed, descending);
    paging::page(call, &keyed, descending, |comment| {
        let mut shown = shape(db, comment, wanted)?;
        // Lists say less than a comment alone.
        let left_out: &[&str] = match on {
            Kind::FooterComment | Kind::InlineComment => &["pageId", "blogPostId"],
            _ => &["resolutionLastModifierId", "resolutionLastModifiedAt"],
        };
        leave_out(&mut shown, left_out);
        Ok(shown)
    })
}
