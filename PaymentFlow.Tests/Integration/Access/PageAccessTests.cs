using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Components;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Web.Orders;

namespace PaymentFlow.Tests.Integration.Access;

/// <summary>What Web shows a visitor without any cookie.</summary>
public sealed class PageAccessTests(PaymentFlowApp app) : IDisposable
{
    const string SignIn = "/operator/sign-in";

    /// <summary>Each page, and the status that a visitor gets. 302 leads an operator to the sign-in page.</summary>
    static readonly Dictionary<string, int> Pages = new()
    {
        ["/"] = 200,
        ["/checkout"] = 200,
        ["/checkout/link"] = 404,
        ["/orders/{Id:guid}"] = 404,
        ["/status/{Code:int}"] = 200,
        ["/operator/sign-in"] = 200,
        ["/operator/denied"] = 403,
        ["/operator"] = 302,
        ["/operator/orders/{Id:guid}"] = 302,
        ["/operator/orders/{Id:guid}/confirm"] = 302,
        ["/operator/overview"] = 302,
        ["/operator/dead-letters"] = 302,
        ["/operator/webhooks"] = 302,
        ["/operator/attention"] = 302,
        ["/operator/audit"] = 302,
    };

    readonly HttpClient _visitor = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public static TheoryData<string> Routes =>
    [
        .. typeof(LiveOrder).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(route => route.Template),
    ];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_visitor_gets_what_the_list_of_pages_says(string route)
    {
        Assert.True(Pages.TryGetValue(route, out var expected), $"The page {route} is not in the list.");

        using var answer = await _visitor.GetAsync(AddressOf(route), TestContext.Current.CancellationToken);

        Assert.Equal(expected, (int)answer.StatusCode);
        if (expected == 302) Assert.StartsWith(SignIn, answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/operator/orders/{Id:guid}/refund")]
    [InlineData("/operator/orders/{Id:guid}/cancel")]
    [InlineData("/operator/orders/{Id:guid}/replay")]
    [InlineData("/operator/orders/{Id:guid}/redeliver")]
    [InlineData("/operator/orders/{Id:guid}/notes")]
    [InlineData("/operator/dead-letters/{Id:guid}/replay")]
    [InlineData("/operator/webhooks/{Id:guid}/redeliver")]
    [InlineData("/operator/sign-out")]
    public async Task A_visitor_cannot_send_an_operators_form(string route)
    {
        using FormUrlEncodedContent form = new([KeyValuePair.Create("sure", "true")]);

        using var answer = await _visitor.PostAsync(AddressOf(route), form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith(SignIn, answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    Uri AddressOf(string route) => new(app.Web, route
        .Replace("{Id:guid}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal)
        .Replace("{Code:int}", "404", StringComparison.Ordinal));

    public void Dispose() => _visitor.Dispose();
}
