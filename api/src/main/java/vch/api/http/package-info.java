/// HTTP/1.1 as the personalities need it: listeners, one [vch.api.http.Exchange] per request, raw
/// streams, routes. Which paths there are, and what they mean, is not known here; that Jetty does
/// the work is known nowhere else.
package vch.api.http;
