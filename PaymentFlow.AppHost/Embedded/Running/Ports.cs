using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>Which address each project gets: the one in its launchSettings.json, as under Aspire, or any free one.</summary>
static class Ports
{
    static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <exception cref="EmbeddedException">A port is taken.</exception>
    public static void Assign(IEnumerable<ProjectResource> projects, bool free)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        foreach (var project in projects)
        {
            project.Address = free ? new Uri($"http://localhost:{Free()}") : FromLaunchSettings(project);
            if (!free && taken.Contains(project.Address.Port)) throw Busy(project);
        }
    }

    /// <summary>
    /// A port that nobody uses and that was not given out before. It is none of those that systems take for outgoing
    /// connections (from 32768 on Linux, 49152 elsewhere): one of these might have it before its owner listens.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (Given.TryAdd(port, true) && IsFree(port)) return port;
        }
    }

    static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static Uri FromLaunchSettings(ProjectResource project)
    {
        var file = LaunchSettings(project);
        using var settings = JsonDocument.Parse(File.ReadAllText(file));
        var url = settings.RootElement.GetProperty("profiles").EnumerateObject()
            .Select(profile => profile.Value.TryGetProperty("applicationUrl", out var value) ? value.GetString() : null)
            .OfType<string>().SelectMany(urls => urls.Split(';')).FirstOrDefault(url => url.StartsWith("http://", StringComparison.Ordinal));
        return url is null ? throw new EmbeddedException($"{file} has no http applicationUrl.") : new Uri(url);
    }

    static EmbeddedException Busy(ProjectResource project)
    {
        var port = project.Address!.Port;
        var find = OperatingSystem.IsWindows() ? $"netstat -ano | findstr :{port}"
            : OperatingSystem.IsMacOS() ? $"lsof -iTCP:{port} -sTCP:LISTEN"
            : $"ss -ltnp 'sport = :{port}'";
        return new EmbeddedException(
            $"Port {port}, which {project.Name} needs, is taken by another program: stop it (find it with `{find}`), "
            + $"or change applicationUrl in {Path.GetFileName(Path.GetDirectoryName(project.Metadata.ProjectPath))}/Properties/launchSettings.json.");
    }

    static string LaunchSettings(ProjectResource project) =>
        Path.Combine(Path.GetDirectoryName(project.Metadata.ProjectPath)!, "Properties", "launchSettings.json");
}
