global using PaymentResult =
    Microsoft.AspNetCore.Http.HttpResults.Results<
        Microsoft.AspNetCore.Http.HttpResults.Ok<PaymentFlow.PaymentApi.Payments.PaymentResponse>,
        Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult>;
