using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Samples;

/// <summary>What OrderService signs, against the samples in JavaScript and Python. The sample shop has the one in C#.</summary>
public sealed class WebhookVerifierTests
{
    const string Id = "0193f0a0-0000-7000-8000-000000000001";
    const string Body = """{"type":"order.paid","timestamp":"2026-03-01T12:00:00Z","data":{"reference":"Заказ-1"}}""";

    static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);
    static readonly byte[] Replaced = RandomNumberGenerator.GetBytes(32);

    public static TheoryData<string, string> Verifiers => new() { { "node", "verify.mjs" }, { "python3", "verify.py" } };

    [Theory]
    [MemberData(nameof(Verifiers))]
    public async Task A_sample_accepts_a_webhook_of_ours_also_while_the_secret_is_replaced(string program, string file)
    {
        Assert.Equal("valid", await VerifyAsync(program, file, [Secret], [Secret]));
        Assert.Equal("valid", await VerifyAsync(program, file, signedWith: [Replaced, Secret], known: [Secret]));
        Assert.Equal("valid", await VerifyAsync(program, file, signedWith: [Secret], known: [Replaced, Secret]));
    }

    [Theory]
    [MemberData(nameof(Verifiers))]
    public async Task A_sample_refuses_a_forged_an_altered_and_an_old_webhook(string program, string file)
    {
        Assert.Equal("invalid", await VerifyAsync(program, file, signedWith: [Replaced], known: [Secret]));
        Assert.Equal("invalid", await VerifyAsync(program, file, [Secret], [Secret], received: Body.Replace("Заказ-1", "Заказ-2")));
        Assert.Equal("invalid", await VerifyAsync(program, file, [Secret], [Secret], age: TimeSpan.FromMinutes(6)));
        Assert.Equal("invalid", await VerifyAsync(program, file, [Secret], [Secret], age: TimeSpan.FromMinutes(-6)));
    }

    static async Task<string> VerifyAsync(
        string program, string file, byte[][] signedWith, byte[][] known, string received = Body, TimeSpan age = default)
    {
        var at = TimeProvider.System.GetUtcNow() - age;
        ProcessStartInfo start = new(program,
        [
            Path.Combine(Repository.Folder, "samples", "webhooks", file), Id, WebhookSignature.Seconds(at),
            WebhookSignature.Of(Id, at, Encoding.UTF8.GetBytes(Body), signedWith),
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment["WEBHOOK_SECRETS"] = string.Join(',', known.Select(key => $"whsec_{Convert.ToBase64String(key)}"));
        using var verifier = Process.Start(start)!;
        await verifier.StandardInput.WriteAsync(received);
        verifier.StandardInput.Close();
        var answer = await verifier.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var failure = await verifier.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verifier.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", failure);
        return answer.Trim();
    }
}
