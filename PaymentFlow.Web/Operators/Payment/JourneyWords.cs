using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Web.Languages;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>The words of a journey's steps in the reader's language.</summary>
public static partial class JourneyWords
{
    const string Dispute = "dispute.";

    /// <summary>The key of the step's words in <see cref="PaymentTexts"/>.</summary>
    public static string KeyOf(JourneyLine line) => line.Step switch
    {
        { Kind: JourneyKinds.EventPublished } => $"Journey.{line.Step.Kind}.{line.Service}",
        { Kind: JourneyKinds.PushedPage or JourneyKinds.PushedSocket, Detail: "1" } => $"Journey.{line.Step.Kind}.one",
        _ => $"Journey.{line.Step.Kind}",
    };

    /// <summary>The text of a step. The placeholder is the number of screens, or the status of a dispute, which Stripe defines.</summary>
    public static string WordsOf(JourneyLine line, IStringLocalizer texts)
    {
        var (kind, detail) = (line.Step.Kind, line.Step.Detail);
        if (texts[KeyOf(line), detail ?? ""] is { ResourceNotFound: false } words) return words;
        return kind.StartsWith(Dispute, StringComparison.Ordinal)
            ? texts["Journey.dispute", kind[Dispute.Length..].Replace('_', ' ')]
            : kind.Replace('_', ' ').Replace(".", ": ", StringComparison.Ordinal);
    }

    /// <summary>Further details, or null if the words have all of them. Ids and codes stay as they are.</summary>
    public static string? DetailOf(JourneyLine line, string currency, IStringLocalizer texts) => (line.Step.Kind, line.Step.Detail) switch
    {
        (_, null) or (JourneyKinds.PushedPage or JourneyKinds.PushedSocket, _) => null,
        (JourneyKinds.Operator, var detail) when detail.Split(" by ", 2) is [var action, var name] => texts["Journey.By", action, name],
        (JourneyKinds.WebhookDelivered or JourneyKinds.WebhookNotDelivered, var detail)
            when Webhook().Match(detail) is { Success: true } m => texts[
                "Journey.Try", m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value, m.Groups[4].Value, m.Groups[5].Value],
        (['a', 't', 't', 'e', 'm', 'p', 't', '.', ..], var detail) when Attempt().Match(detail) is { Success: true } m =>
            texts["Journey.Attempt", m.Groups[1].Value] + m.Groups[2].Value,
        (_, var detail) when Amount().Match(detail) is { Success: true } m && long.TryParse(m.Groups[1].Value, out var amount) =>
            Money.Format(amount, currency) + m.Groups[2].Value,
        (_, var detail) => detail,
    };

    [GeneratedRegex(@"^(\S+): (.+) in (\d+) ms from (.+), try (\d+)$")]
    private static partial Regex Webhook();

    [GeneratedRegex(@"^attempt (\d+)(.*)$")]
    private static partial Regex Attempt();

    // Of a refund or a dispute. Everything else begins with a word.
    [GeneratedRegex(@"^(\d+)((?:, .*)?)$")]
    private static partial Regex Amount();
}
