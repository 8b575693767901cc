//! The account at Supabase: does its token open it, and in which organization are projects made?

use super::{Changes, LinkRequest};
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Result};
use crate::job::world::World;
use crate::provider::supabase::{Organization, Supabase};
use crate::workspace::InstanceDir;

/// Tries the account, where something of it was given. The client that it gives is the account's.
pub async fn check(
    world: &World,
    dir: &InstanceDir,
    request: &LinkRequest,
    changes: &mut Changes,
) -> Result<Option<Supabase>> {
    if !request.wants_account() {
        return Ok(None);
    }
    let name = dir.name();
    let mut config = dir.supabase_config()?;
    if config.kind == ProviderKind::Sandbox {
        if config.project_ref.as_deref().is_some_and(|p| !p.is_empty()) {
            return Err(Error::usage(format!(
                "{name} has a project in the sandbox, which has an account of its own."
            ))
            .hint("Leave the access token and the organization out, or create another instance with --kind cloud."));
        }
        // it has nothing in the sandbox yet, so the account decides where it is to live
        config.kind = ProviderKind::Cloud;
    }
    let supabase = match &request.access_token {
        Some(token) => {
            let key = config.access_token_key.clone();
            changes.env.push((key, token.clone()));
            world.supabase_at(&config, token)?
        }
        None => world.supabase(name).await?,
    };
    let there = supabase.organizations().await?;
    let chosen = choose(request, &config.organization, &there)?;
    match chosen {
        Some(slug) => {
            config.organization.clone_from(&slug);
            changes.links.organization = Some(slug);
        }
        None => changes.links.remarks.push(format!(
            "The account has {} organizations: {}. Say which one a new project is to be in.",
            there.len(),
            listed(&there)
        )),
    }
    changes.supabase = Some(config);
    Ok(Some(supabase))
}

/// The one that was named, else the one that is configured, else the only one.
fn choose(
    request: &LinkRequest,
    configured: &str,
    there: &[Organization],
) -> Result<Option<String>> {
    let wanted = request.organization.as_deref().unwrap_or(configured).trim();
    if wanted.is_empty() {
        return match there {
            [] => Err(Error::not_found("The account is in no organization.")
                .hint("Make one at supabase.com/dashboard, and try again.")),
            [only] => Ok(Some(only.slug.clone())),
            _ => Ok(None),
        };
    }
    let found = there
        .iter()
        .find(|o| o.slug == wanted || o.name.eq_ignore_ascii_case(wanted));
    match found {
        Some(found) => Ok(Some(found.slug.clone())),
        None => Err(Error::not_found(format!(
            "The account isn't in an organization {}.",
            wanted.escape_debug()
        ))
        .hint(format!("It is in: {}.", listed(there)))),
    }
}

fn listed(all: &[Organization]) -> String {
    let names: Vec<String> = all
        .iter()
        .map(|o| match o.slug == o.name {
            true => o.slug.clone(),
            false => format!("{} ({})", o.slug, o.name),
        })
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(slug: &str, name: &str) -> Organization {
        Organization {
            id: slug.into(),
            slug: slug.into(),
            name: name.into(),
        }
    }

    #[test]
    fn the_only_one_is_taken_and_one_of_several_has_to_be_named() {
        let one = [organization("abc", "Acme")];
        let two = [organization("abc", "Acme"), organization("def", "Other")];
        let none = LinkRequest::default();
        assert_eq!(choose(&none, "", &one).unwrap().as_deref(), Some("abc"));
        assert_eq!(choose(&none, "", &two).unwrap(), None);
        assert_eq!(choose(&none, "def", &two).unwrap().as_deref(), Some("def"));
        let named = LinkRequest {
            organization: Some("acme".into()),
            ..LinkRequest::default()
        };
        assert_eq!(choose(&named, "def", &two).unwrap().as_deref(), Some("abc"));
        assert!(choose(&none, "gone", &two).is_err());
        assert!(choose(&none, "", &[]).is_err());
    }
}
