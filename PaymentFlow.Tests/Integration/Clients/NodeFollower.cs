using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Client;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Clients;

/// <summary>clients/js in a process of Node.js. The program is <c>follow.mjs</c>.</summary>
sealed class NodeFollower : Follower
{
    readonly Process _node;
    readonly Task _reading;

    public NodeFollower(Uri service, Guid orderId, string secret, string? language, bool untilFinal, bool withWebSocket)
        : base(withWebSocket ? "Node.js by WebSocket" : "Node.js by event stream")
    {
        ProcessStartInfo start = new("node")
        {
            WorkingDirectory = Path.Combine(Repository.Folder, "PaymentFlow.Tests", "Integration", "Clients"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Node.js has WebSockets by default since version 22.
        start.ArgumentList.Add(withWebSocket ? "--experimental-websocket" : "--no-experimental-websocket");
        start.ArgumentList.Add("follow.mjs");
        start.Environment["NODE_NO_WARNINGS"] = "1";
        _node = Process.Start(start)!;
        _node.StandardInput.WriteLine(JsonSerializer.Serialize(
            new { url = service, orderId, clientSecret = secret, lang = language, untilFinal }));
        _reading = ReadAsync();
    }

    /// <summary>What the client uses now: <c>websocket</c> or <c>sse</c>.</summary>
    public string? Transport { get; private set; }

    async Task ReadAsync()
    {
        while (await _node.StandardOutput.ReadLineAsync() is { } line)
        {
            var what = JsonNode.Parse(line)!;
            Transport = what["transport"]!.GetValue<string>();
            if (what["state"] is { } state) Is(state.GetValue<string>());
            if (what["update"] is { } update) Got(update.Deserialize<OrderUpdate>(JsonSerializerOptions.Web)!);
            if (what["error"] is { } error) Refusal = (error["status"]!.GetValue<int>(), error["code"]?.GetValue<string>());
            if (what["error"] is not null || what["end"] is not null) HasEnded = true;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_node.HasExited) _node.Kill();
        await _reading;
        _node.Dispose();
    }
}
