using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PaymentFlow.Web.Security;

/// <summary>Addresses that a request names and that a response leads to. They must not lead to another site.</summary>
static class LocalUrl
{
    /// <summary>
    /// <paramref name="url"/> if it is a path of this site, else <paramref name="otherwise"/>. Browsers read "//host" and "/\host" as other
    /// sites, and drop tabs and line breaks before they read. Letters outside ASCII are escaped, because a header cannot hold them.
    /// </summary>
    public static string Of(string? url, string otherwise) =>
        url is ['/', ..] && RedirectHttpResult.IsLocalUrl(url) ? Escape(url) : otherwise;

    static string Escape(string url)
    {
        if (url.All(IsPlain)) return url;
        StringBuilder escaped = new();
        foreach (var rune in url.EnumerateRunes())
        {
            if (rune.IsAscii && IsPlain((char)rune.Value)) escaped.Append(rune);
            else escaped.Append(Uri.EscapeDataString(rune.ToString()));
        }
        return escaped.ToString();
    }

    static bool IsPlain(char c) => c is > ' ' and < '\x7f' and not ('\\' or '"' or '<' or '>');
}
