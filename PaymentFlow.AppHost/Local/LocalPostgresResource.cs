namespace PaymentFlow.AppHost;

/// <summary>A PostgreSQL server run from its own programs as a local process: a private cluster, loopback only, SCRAM, never as root.</summary>
public sealed class LocalPostgresResource : ExecutableResource, IResourceWithConnectionString
{
    internal const string Superuser = "postgres";
    internal const string EndpointName = "tcp";

    readonly ParameterResource _password;

    public LocalPostgresResource(string name) : base(name, PostgresPrograms.Launcher, ".") =>
        _password = new ParameterResource($"{name}-password", _ => Cluster.Password, secret: true);

    /// <summary>The folder that holds the cluster, and its password beside it.</summary>
    public string DataFolder { get; internal set; } = Path.Combine(Path.GetTempPath(), "paymentflow-postgres");

    internal PostgresCluster Cluster => field is { } cluster && cluster.Folder == DataFolder ? cluster : field = new(DataFolder);

    /// <summary>Without a database, for an Npgsql client.</summary>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            EndpointReference endpoint = new(this, EndpointName);
            return ReferenceExpression.Create(
                $"Host={endpoint.Property(EndpointProperty.IPV4Host)};Port={endpoint.Property(EndpointProperty.Port)};Username={Superuser};Password={_password}");
        }
    }
}

/// <summary>A database on a <see cref="LocalPostgresResource"/>, created when the server is ready.</summary>
public sealed class LocalPostgresDatabaseResource(string name, LocalPostgresResource parent)
    : Resource(name), IResourceWithParent<LocalPostgresResource>, IResourceWithConnectionString
{
    public LocalPostgresResource Parent => parent;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{parent};Database={Name}");
}
