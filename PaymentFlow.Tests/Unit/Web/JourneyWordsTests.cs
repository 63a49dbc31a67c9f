using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Web.Operators.Payment;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>Each step of a journey has a kind. The SQL of two services produces the kinds, and Web turns them into words.</summary>
public sealed partial class JourneyWordsTests
{
    static readonly string[] AttemptStatuses =
        ["started", "processing", "succeeded", "failed", "requires_action", "canceled", "not_sent", "refused"];
    static readonly string[] RefundStatuses = ["pending", "succeeded", "failed", "not_sent"];
    static readonly string[] PushKinds = ["socket", "page"];

    public static TheoryData<string> Kinds => [.. JourneyKinds.All];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_words(string kind)
    {
        var line = Assert.Single(JourneyLine.Merge([new JourneyStep(DateTimeOffset.UnixEpoch, kind, "2")], []));
        ResourceManager texts = new(typeof(PaymentTexts));
        Assert.NotNull(texts.GetString(JourneyWords.KeyOf(line), CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("PaymentFlow.PaymentApi/Journey/JourneyStore.cs")]
    [InlineData("PaymentFlow.OrderService/Journey/OrderJourneyStore.cs")]
    public void Every_kind_in_SQL_is_known(string file)
    {
        var sql = File.ReadAllText(Path.Combine(Repository.Folder, file));
        var kinds = Kind().Matches(sql).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(kinds);
        Assert.Empty(kinds.SelectMany(WithStatuses).Except(JourneyKinds.All));
    }

    static IEnumerable<string> WithStatuses(string kind) => kind switch
    {
        "attempt." => AttemptStatuses.Select(status => kind + status),
        "payment." => PaymentStatuses.All.Select(status => kind + status),
        "order." => OrderStatuses.All.Select(status => kind + status),
        "refund." => RefundStatuses.Select(status => kind + status),
        "pushed." => PushKinds.Select(status => kind + status),
        // Stripe defines the statuses.
        "dispute." => [],
        _ => [kind],
    };

    // Finds the literal in the second column of a SELECT, which is the kind.
    [GeneratedRegex(@"(?:SELECT [\w.()]+(?:\([^()]*\)+)?(?: AS at)?|\) AS at),\s+'([a-z_]+(?:\.[a-z_]*)?)'")]
    private static partial Regex Kind();
}
