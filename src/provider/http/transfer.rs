//! One try of one request: sending, going after redirections, reading the answer.

use bytes::{Bytes, BytesMut};
use reqwest::header::LOCATION;
use reqwest::{Method, Response, Url};

use crate::provider::http::download::{Meter, Partial, Sink, Taken};
use crate::provider::http::failure::{Cause, Failure};
use crate::provider::http::hint;
use crate::provider::http::request::{Answer, Request, plain_headers};
use crate::provider::http::tls::is_loopback;

/// Redirections in a row before one gives up.
const HOPS: u32 = 5;

/// Gives the connection pool for an address, or says why it may not be asked.
pub(super) trait Pools {
    fn pool(&self, url: &Url) -> Result<&reqwest::Client, Failure>;
}

/// Sends `request` to `url`; the answer's body goes to `sink` if the answer is a good one.
pub(super) async fn transfer(
    pools: &impl Pools,
    request: &Request,
    url: Url,
    request_id: &str,
    sink: &Sink<'_>,
    longest: usize,
) -> Result<(u16, Answer), Failure> {
    let mut call = pools
        .pool(&url)?
        .request(request.method.clone(), url.clone())
        .header("X-Request-Id", request_id);
    if !request.query.is_empty() {
        call = call.query(&request.query);
    }
    for (name, value) in &request.headers {
        call = call.header(*name, value);
    }
    call = with_credentials(call, request);
    if let Some(body) = &request.body {
        call = body.attach(call).await?;
    }
    let mut response = call
        .send()
        .await
        .map_err(|e| hint::for_transport(request, &e))?;
    if request.follow && request.method == Method::GET {
        response = follow(pools, request, url, request_id, response).await?;
    }
    let status = response.status().as_u16();
    let headers = plain_headers(response.headers());
    let path = response.url().path().to_owned();
    let taken = match sink {
        Sink::File { path, longest } if response.status().is_success() => {
            Ok(save(request, response, path, *longest).await?)
        }
        Sink::Digest { longest } if response.status().is_success() => {
            Ok(digest(request, response, *longest).await?)
        }
        _ => Err(read(request, response, longest).await?),
    };
    let (body, length, sha256) = match taken {
        Ok(taken) => (Bytes::new(), taken.bytes, Some(taken.sha256)),
        Err(body) => {
            let length = body.len() as u64;
            (body, length, None)
        }
    };
    let answer = Answer {
        status,
        headers,
        body,
        length,
        path,
        sha256,
        request_id: request_id.to_owned(),
        service: request.service,
        what: request.what.clone(),
    };
    Ok((status, answer))
}

fn with_credentials(call: reqwest::RequestBuilder, request: &Request) -> reqwest::RequestBuilder {
    if let Some(basic) = &request.basic {
        return call.header(reqwest::header::AUTHORIZATION, basic.header());
    }
    match &request.bearer {
        Some(token) => call.bearer_auth(token),
        None => call,
    }
}

/// Goes where the service points to. Another origin gets no credentials and no headers of ours.
async fn follow(
    pools: &impl Pools,
    request: &Request,
    from: Url,
    request_id: &str,
    first: Response,
) -> Result<Response, Failure> {
    let origin = from.origin();
    let outside = !from.host_str().is_some_and(is_loopback);
    let mut at = from;
    let mut response = first;
    for _ in 0..HOPS {
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(response);
        }
        let place = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| at.join(text).ok());
        let Some(next) = place else {
            return Err(astray(request, "without saying where"));
        };
        if outside && next.host_str().is_some_and(is_loopback) {
            return Err(astray(request, "to this machine itself"));
        }
        let mut call = pools
            .pool(&next)?
            .get(next.clone())
            .header("X-Request-Id", request_id);
        if next.origin() == origin {
            call = with_credentials(call, request);
        }
        response = call
            .send()
            .await
            .map_err(|e| hint::for_transport(request, &e))?;
        at = next;
    }
    if response.status().is_redirection() {
        return Err(astray(request, "again and again"));
    }
    Ok(response)
}

fn astray(request: &Request, how: &str) -> Failure {
    Failure::new(
        Cause::Setup,
        format!(
            "{} redirected the request to {} {how}.",
            request.service, request.what
        ),
    )
    .hint("Check the address of the service in the instance's configuration.")
}

async fn read(request: &Request, mut response: Response, longest: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| hint::for_transport(request, &e))?
    {
        if body.len() + chunk.len() > longest {
            return Err(too_large(request, longest as u64));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

async fn save(
    request: &Request,
    mut response: Response,
    path: &std::path::Path,
    longest: u64,
) -> Result<Taken, Failure> {
    if response.content_length().is_some_and(|n| n > longest) {
        return Err(too_large(request, longest));
    }
    let mut partial = Partial::create(path).await?;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| hint::for_transport(request, &e))?
    {
        if partial.meter.bytes + chunk.len() as u64 > longest {
            return Err(too_large(request, longest));
        }
        partial.write(&chunk).await?;
    }
    partial.finish().await
}

async fn digest(request: &Request, mut response: Response, longest: u64) -> Result<Taken, Failure> {
    let mut meter = Meter::default();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| hint::for_transport(request, &e))?
    {
        meter.take(&chunk);
        if meter.bytes > longest {
            return Err(too_large(request, longest));
        }
    }
    Ok(meter.end())
}

fn too_large(request: &Request, longest: u64) -> Failure {
    Failure::new(
        Cause::TooLarge,
        format!(
            "{} answered with more than {longest} bytes when asked to {}.",
            request.service, request.what
        ),
    )
}
