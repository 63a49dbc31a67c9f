using PaymentFlow.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
AppModel.Define(builder);
builder.Build().Run();
