using Microsoft.AspNetCore.Diagnostics;
using PaymentFlow.OrderService.Payments;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Orders;

namespace PaymentFlow.Tests.Unit.Architecture;

public sealed class ExceptionHandlerTests
{
    // With several handlers the answer would depend on the order of their registration.
    [Fact]
    public void One_handler_answers_all_exceptions() => Assert.Single(
        new[] { typeof(Roles), typeof(OutboxRelay), typeof(Payment), typeof(OrderChange), typeof(LiveOrder) }
            .SelectMany(type => type.Assembly.GetTypes()), type => type.IsAssignableTo(typeof(IExceptionHandler)));
}
