using System.Security.Cryptography;
using System.Text.Encodings.Web;

namespace PaymentFlow.StripeSandbox.Home;

/// <summary>A page of the sandbox. <paramref name="Body"/> is HTML that is already encoded.</summary>
sealed record Page(string Language, string Title, string Body)
{
    const string Style = """
        :root { color-scheme: light dark; --ink: #1a1f36; --soft: #4f566b; --paper: #fff; --ground: #f0f2f7; --line: #c9cfdb;
                --accent: #4b3fce; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #f2f4f8; --soft: #c1c7d6; --paper: #1c2030; --ground: #12141e; --line: #454c63; --accent: #5a4fe0; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
               color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        main { width: 100%; max-width: 30rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line);
               border-radius: .75rem; }
        h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: .5rem 1.5rem; margin: 1.5rem 0; }
        dt { color: var(--soft); } dd { margin: 0; text-align: end; overflow-wrap: anywhere; }
        form { display: grid; gap: .75rem; }
        button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; border-radius: .5rem; cursor: pointer;
                 border: 1px solid var(--soft); background: transparent; color: var(--ink); }
        button.primary { background: var(--accent); border-color: var(--accent); color: #fff; }
        a { color: inherit; } code { font-size: .875em; overflow-wrap: anywhere; }
        :focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
        .note { margin: 1.5rem 0 0; color: var(--soft); font-size: .875rem; }
        """;

    /// <summary>
    /// Writes the page. It may show private data, so it is not cached, not framed, and its URL is not sent as a referrer.
    /// </summary>
    public static Task WriteAsync(HttpContext http, int status, Page page)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = page.Language;
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
        return response.WriteAsync($"""
            <!doctype html>
            <html lang="{page.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{HtmlEncoder.Default.Encode(page.Title)} · Stripe sandbox</title>
            <link rel="icon" href="data:,">
            <style nonce="{nonce}">{Style}</style>
            </head>
            <body>
            <main>
            {page.Body}
            </main>
            </body>
            </html>
            """, http.RequestAborted);
    }

    /// <summary>Whether the browser prefers Russian to English.</summary>
    public static bool SpeaksRussian(HttpRequest request)
    {
        foreach (var language in request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1))
        {
            if (language.Value.StartsWith("ru", StringComparison.OrdinalIgnoreCase)) return true;
            if (language.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return false;
        }
        return false;
    }
}
