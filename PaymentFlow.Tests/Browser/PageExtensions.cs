using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace PaymentFlow.Tests.Browser;

static class PageExtensions
{
    /// <summary>
    /// Waits until the page's address matches. The address is polled, because waiting for a navigation event would miss a navigation that
    /// has just ended.
    /// </summary>
    /// <param name="pattern">The whole address; <c>**</c> stands for any characters.</param>
    public static Task IsAtAsync(this IPage page, string pattern) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex($"^{Regex.Escape(pattern).Replace(@"\*\*", ".*", StringComparison.Ordinal)}$"));
}
