using PaymentFlow.StripeSandbox;

try
{
    await using var app = SandboxApp.Create(args);
    await app.RunAsync();
    return 0;
}
catch (SandboxSettingException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}
