using System.Text.Json.Nodes;
using PaymentFlow.Testing.OpenApi;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Access;

/// <summary>Every call of the APIs, by every kind of caller.</summary>
public sealed class AccessMatrixTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    // A refusal names its reason.
    static readonly Dictionary<int, string[]> Codes = new()
    {
        [400] = ["invalid_signature"],
        [401] = ["unauthorized"],
        [403] = ["origin_not_allowed", "viewer_cannot_act"],
        [404] = ["not_found", "order_not_found"],
    };

    public static TheoryData<string> Lines => [.. AccessMatrix.Lines.Select(line => line.Name)];

    [Fact]
    public void Each_call_of_the_OpenAPI_documents_has_a_line_in_the_matrix_and_each_line_its_call()
    {
        var calls = ((string[])["order-service", "payment-api"])
            .SelectMany(service => ApiDocument.CallsOf(service, JsonNode.Parse(File.ReadAllText(
                Path.Combine(Repository.Folder, "docs", "openapi", $"{service}.json")))!))
            .Select(call => call.Name).ToHashSet();
        var lines = AccessMatrix.Lines.Where(line => line.IsDescribed).Select(line => line.Call).ToHashSet();

        Assert.Empty(calls.Except(lines));
        Assert.Empty(lines.Except(calls));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_caller_gets_what_the_matrix_says(string name)
    {
        var number = AccessMatrix.Lines.Select(line => line.Name).ToList().IndexOf(name);
        var line = AccessMatrix.Lines[number];
        using var http = AccessWorld.ClientOf(number);
        List<string> differences = [];
        foreach (var caller in Enum.GetValues<Caller>())
        {
            var variants = world.CredentialsOf(caller, "").Count;
            for (var variant = 0; variant < variants; variant++)
            {
                var (request, secret) = world.RequestOf(line);
                using (request)
                {
                    foreach (var (header, value) in world.CredentialsOf(caller, secret)[variant])
                        request.Headers.TryAddWithoutValidation(header, value);
                    using var answer = await http.SendAsync(
                        request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                    var (status, expected) = ((int)answer.StatusCode, line.Statuses[(int)caller]);
                    if (status != expected) differences.Add($"{caller} ({variant}): {status} instead of {expected}");
                    else if (Codes.TryGetValue(status, out var codes)) await CheckAsync(answer, status, codes);
                }
            }
        }
        Assert.True(differences.Count == 0, $"{name}\n{string.Join('\n', differences)}");
    }

    static async Task CheckAsync(HttpResponseMessage answer, int status, string[] codes)
    {
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Contains(problem["code"]!.GetValue<string>(), codes);
        if (status == 401) Assert.NotEmpty(answer.Headers.WwwAuthenticate);
    }
}
