using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>An OrderService without a PaymentApi, with the keys of the shared app.</summary>
static class LoneOrderService
{
    /// <param name="database">The name of its own database on the shared server. The service creates it.</param>
    /// <param name="kafka">The bootstrap servers.</param>
    public static Task<ServiceProcess> StartAsync(PaymentFlowApp host, Uri address, string database, string kafka) =>
        ServiceProcess.StartAsync("PaymentFlow.OrderService", address,
            ("ConnectionStrings__ordersdb", host.OrdersDb.Replace("Database=ordersdb", $"Database={database}", StringComparison.Ordinal)),
            ("ConnectionStrings__kafka", kafka),
            ("services__payment-api__http__0", "http://127.0.0.1:1"),
            ("Operator__Key", host.OperatorKey),
            ("Merchant__ApiKey", host.MerchantKey),
            ("Services__Key", host.ServiceKey),
            ("Events__Keys__payments__0", host.PaymentsEventKey),
            ("Events__Keys__orders__0", host.OrdersEventKey),
            ("Webhooks__Keys__0", "a-key-of-24-letters-or-more"));
}
