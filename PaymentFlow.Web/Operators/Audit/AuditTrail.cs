using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Audit;

/// <summary>An action, as a service lists it.</summary>
public sealed record AuditAction(
    Guid Id, string Actor, string? Address, string Action, string Target, JsonElement? Details, DateTimeOffset At);

/// <summary>A page of a service's list.</summary>
public sealed record AuditActions(IReadOnlyList<AuditAction> Actions, Guid? Next);

/// <summary>An action with the service that recorded it.</summary>
public sealed record AuditLine(string Service, AuditAction Action);

/// <summary>Actions of both services, newest first.</summary>
/// <param name="Next">Null on the last page.</param>
/// <param name="Away">The services that did not answer. Their actions are missing.</param>
public sealed record AuditLines(IReadOnlyList<AuditLine> Lines, AuditCursor? Next, IReadOnlyList<string> Away);

/// <summary>Reads the operators' actions of both services and merges them by time.</summary>
sealed class AuditTrail(OperatorHttp http, OperatorClient operators)
{
    public const string OrderService = "OrderService";
    public const string PaymentApi = "PaymentApi";
    const int ExportedAtOnce = 500;

    public async Task<AuditLines> ReadAsync(
        AuditFilter filter, AuditCursor after, int limit, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        List<string> away = [];
        var (order, payment) = await TargetsAsync(filter.Target, who, cancellationToken);
        var ofOrders = ListAsync(OperatorHttp.Orders, OrderService, filter.ToServiceQuery(order), after.Orders);
        var ofPayments = ListAsync(OperatorHttp.Payments, PaymentApi, filter.ToServiceQuery(payment), after.Payments);
        await Task.WhenAll(ofOrders, ofPayments);
        var (orders, payments) = (await ofOrders, await ofPayments);

        List<AuditLine> lines =
        [
            .. orders.Actions.Select(action => new AuditLine(OrderService, action))
                .Concat(payments.Actions.Select(action => new AuditLine(PaymentApi, action)))
                .OrderByDescending(line => line.Action.At).Take(limit),
        ];
        var more = orders.Next is not null || payments.Next is not null || orders.Actions.Count + payments.Actions.Count > lines.Count;
        return new AuditLines(
            lines, more ? new(Last(OrderService) ?? after.Orders, Last(PaymentApi) ?? after.Payments) : null, away);

        Guid? Last(string service) => lines.LastOrDefault(line => line.Service == service)?.Action.Id;

        async Task<AuditActions> ListAsync(string client, string service, string query, Guid? last)
        {
            try
            {
                query += $"{(query.Length == 0 ? '?' : '&')}limit={limit}{(last is null ? "" : $"&after={last}")}";
                return (await http.GetAsync(
                    client, $"/operator-actions{query}", AuditJson.Default.AuditActions, who, cancellationToken))!;
            }
            catch (ServiceUnavailableException)
            {
                // The resilience handler has logged it.
                away.Add(service);
                return new AuditActions([], null);
            }
        }
    }

    /// <summary>All actions that match, newest first, read in parts.</summary>
    /// <exception cref="ServiceUnavailableException">One of the services does not answer, so that the list would not be whole.</exception>
    public async IAsyncEnumerable<AuditLine> AllAsync(
        AuditFilter filter, ClaimsPrincipal who, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (AuditCursor? after = new(null, null); after is not null;)
        {
            var part = await ReadAsync(filter, after, ExportedAtOnce, who, cancellationToken);
            if (part.Away is [var service, ..]) throw new ServiceUnavailableException(service, null);
            foreach (var line in part.Lines) yield return line;
            after = part.Next;
        }
    }

    /// <summary>The order of a payment; null if there is no such payment.</summary>
    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public async Task<Guid?> OrderOfAsync(Guid paymentId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await operators.PaymentAsync($"paymentId={paymentId}", who, cancellationToken))?.OrderId;

    /// <summary>The ids to look for in each service. An order and its payment have different ids and belong together.</summary>
    async Task<(string? Order, string? Payment)> TargetsAsync(string? target, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(target, out var id)) return (target, target);
        try
        {
            if (await operators.PaymentOfAsync(id, who, cancellationToken) is { } payment) return ($"{id}", $"{payment.PaymentId}");
            if (await OrderOfAsync(id, who, cancellationToken) is { } order) return ($"{order}", $"{id}");
        }
        catch (ServiceUnavailableException)
        {
            // The page says that PaymentApi's actions are missing.
        }
        return ($"{id}", $"{id}");
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AuditActions))]
sealed partial class AuditJson : JsonSerializerContext;
