using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Web.Payments;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class SharedPreparationTests : IDisposable
{
    static readonly Preparation Page = new(Guid.CreateVersion7(), 1, "secret", "https://shop.example/return");

    readonly FakeTimeProvider _time = new();
    readonly SharedPreparation _shared;
    int _calls;

    public SharedPreparationTests() => _shared = new(
        new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["RateLimits:prepare:Permits"] = "3",
                ["RateLimits:prepare:WindowSeconds"] = "3600",
            }).Build(),
        _time);

    [Fact]
    public async Task Eighty_pages_of_an_order_ask_Stripe_once()
    {
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var pages = Enumerable.Range(0, 80).Select(_ => AskAsync(Page, open.Task)).ToList();
        open.SetResult();
        var answers = await Task.WhenAll(pages);

        Assert.All(answers, answer => Assert.Equal("processing", answer.Payment!.Status));
        Assert.Equal(1, _calls);
        await AskAsync(Page);
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task A_page_that_knows_more_or_comes_after_a_payment_or_later_asks_again()
    {
        await AskAsync(Page);
        await AskAsync(Page with { Version = 2 });
        Assert.Equal(2, _calls);
        await AskAsync(Page with { Secret = "wrong" });
        Assert.Equal(3, _calls);

        await AskAsync(Page, client: "192.0.2.2");
        Assert.Equal(3, _calls);
        _shared.Forget(Page.OrderId);
        await AskAsync(Page, client: "192.0.2.2");
        Assert.Equal(4, _calls);

        await Eventually.TrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await AskAsync(Page, client: "192.0.2.3");
            return _calls > 4;
        });
    }

    [Fact]
    public async Task One_address_asks_only_for_a_few_orders()
    {
        for (var i = 0; i < 3; i++) await AskAsync(Page with { OrderId = Guid.CreateVersion7() });

        var refused = await AskAsync(Page);

        Assert.Equal((null, "rate_limited", 3), (refused.Payment, refused.Problem?.Code, _calls));
        Assert.NotNull((await AskAsync(Page with { Version = 2 }, client: "192.0.2.2")).Payment);
    }

    [Fact]
    public void A_preparation_does_not_print_its_secret() =>
        Assert.DoesNotContain("secret", $"{Page}", StringComparison.Ordinal);

    Task<PreparedPayment> AskAsync(Preparation preparation, Task? until = null, string client = "192.0.2.1") =>
        _shared.GetAsync(preparation, client, async () =>
        {
            Interlocked.Increment(ref _calls);
            if (until is not null) await until;
            return new PreparedPayment(new PaymentResponse("processing"), null);
        });

    public void Dispose() => _shared.Dispose();
}
