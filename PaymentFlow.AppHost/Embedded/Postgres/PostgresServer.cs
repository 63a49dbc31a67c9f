using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Postgres;

/// <summary>
/// The real Postgres as a private cluster in the data folder: loopback only, SCRAM with a generated password, never as root.
/// </summary>
sealed class PostgresServer(
    PostgresServerResource resource, EmbeddedOptions options, Spawner spawner, ResourceOutput output, TimeProvider time) : IRunner
{
    const string Superuser = "postgres";
    // On a busy machine the last checkpoint takes its time; one that is killed instead has to recover at the next start.
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    readonly string _cluster = Path.Combine(options.DataFolder, "postgres");
    Child? _server;

    public int? ProcessId => _server?.ProcessId;

    public Child? Child => _server;

    // Postgres refuses to run as root; its packages bring this user along.
    static string? User => OperatingSystem.IsLinux() && Environment.UserName == "root" ? "postgres" : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var programs = PostgresPrograms.Find();
        var password = await InitializeAsync(programs, cancellationToken);
        await StopLeftoverAsync(programs, cancellationToken);

        var port = Ports.Free();
        _server = new Child(
            resource.Name,
            _ => spawner.StartAsync(
                Command(
                    programs, "postgres", "-D", _cluster, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
                    "-c", "unix_socket_directories=", "-c", "max_connections=300"),
                deathSignal: "INT", User),
            Signals.Interrupt, StopPatience, output, time);
        await _server.StartAsync(cancellationToken);
        var server = $"Host=127.0.0.1;Port={port};Username={Superuser};Password={password}";
        await ReadyAsync(server, cancellationToken);
        _server.Supervise();
        resource.Started(server);
    }

    /// <returns>The superuser's password.</returns>
    /// <exception cref="EmbeddedException">The cluster is there, but not its password; or initdb failed.</exception>
    async Task<string> InitializeAsync(string programs, CancellationToken cancellationToken)
    {
        var passwordFile = Path.Combine(options.DataFolder, "postgres.password");
        if (Directory.Exists(_cluster))
        {
            return File.Exists(passwordFile)
                ? await File.ReadAllTextAsync(passwordFile, cancellationToken)
                : throw new EmbeddedException($"The database's password, {passwordFile}, is gone. Put it back, or start anew with `-- --fresh`.");
        }
        output.Write(resource.Name, "creating the database cluster");
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        // It gets its name only when it is whole: one that has the name holds somebody's orders and is never replaced.
        var unfinished = _cluster + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        // initdb reads it as the user that Postgres runs as; what is kept afterwards is ours alone.
        var forInitdb = Path.Combine(options.DataFolder, "initdb.password");
        DataFolder.WriteSecret(forInitdb, password);
        if (User is { } user) await RunAsync(new ProcessStartInfo("chown") { ArgumentList = { user, unfinished, forInitdb } }, null, cancellationToken);
        try
        {
            await RunAsync(
                Command(programs, "initdb", "-D", unfinished, "-U", Superuser, "-A", "scram-sha-256", "--pwfile", forInitdb, "-E", "UTF8", "--locale", "C"),
                User, cancellationToken);
        }
        finally
        {
            File.Delete(forInitdb);
        }
        DataFolder.WriteSecret(passwordFile, password);
        Directory.Move(unfinished, _cluster);
        return password;
    }

    /// <summary>Where children can't be bound to us (see <see cref="Spawner"/>), a killed host may have left its server running.</summary>
    async Task StopLeftoverAsync(string programs, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux() || !File.Exists(Path.Combine(_cluster, "postmaster.pid"))) return;
        await RunAsync(Command(programs, "pg_ctl", "stop", "-D", _cluster, "-m", "fast"), User, cancellationToken, mayFail: true);
    }

    async Task ReadyAsync(string server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false;Timeout=2");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                throw new EmbeddedException(
                    $"The database does not know the password in {options.DataFolder}/postgres.password. Put the right one back, or start anew with `-- --fresh`.");
            }
            catch (NpgsqlException) when (ProcessId is not null)
            {
                await Task.Delay(ProbeInterval, cancellationToken);
            }
            catch (NpgsqlException)
            {
                throw new EmbeddedException(
                    $"Postgres did not start: {string.Join(" | ", output.LogsOf(resource.Name).TakeLast(3))}. `-- --fresh` starts anew.");
            }
        }
    }

    async Task RunAsync(ProcessStartInfo command, string? user, CancellationToken cancellationToken, bool mayFail = false)
    {
        command.RedirectStandardOutput = command.RedirectStandardError = true;
        var process = await spawner.StartAsync(command, "KILL", user);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0 && !mayFail)
            throw new EmbeddedException($"{Path.GetFileName(command.FileName)} failed: {(await errors).ReplaceLineEndings(" ").Trim()}");
    }

    ProcessStartInfo Command(string programs, string program, params string[] arguments)
    {
        var command = new ProcessStartInfo(Path.Combine(programs, program), arguments)
        {
            // A folder that the server's user may be in.
            WorkingDirectory = options.DataFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_MESSAGES"] = "C" },
        };
        command.ForgetHostSettings();
        return command;
    }

    /// <summary>Postgres' "fast shutdown": it ends its connections, writes what it must, and stops.</summary>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
