namespace PaymentFlow.AppHost;

/// <summary>
/// A PostgreSQL server that runs as a local process. It has its own cluster, listens only on loopback, uses SCRAM passwords and never
/// runs as root.
/// </summary>
public sealed class LocalPostgresResource : ExecutableResource, IResourceWithConnectionString
{
    internal const string Superuser = "postgres";
    internal const string EndpointName = "tcp";

    readonly ParameterResource _password;

    public LocalPostgresResource(string name) : base(name, PostgresPrograms.Launcher, ".") =>
        _password = new ParameterResource($"{name}-password", _ => Cluster.Password, secret: true);

    /// <summary>The folder that contains the cluster and the file with its password.</summary>
    public string DataFolder { get; internal set; } = Path.Combine(Path.GetTempPath(), "paymentflow-postgres");

    internal PostgresCluster Cluster => field is { } cluster && cluster.Folder == DataFolder ? cluster : field = new(DataFolder);

    /// <summary>The administrator's connection string for Npgsql, without a database. Services get that of their database.</summary>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{Address};Username={Superuser};Password={_password}");

    internal ReferenceExpression Address
    {
        get
        {
            EndpointReference endpoint = new(this, EndpointName);
            return ReferenceExpression.Create(
                $"Host={endpoint.Property(EndpointProperty.IPV4Host)};Port={endpoint.Property(EndpointProperty.Port)}");
        }
    }
}

/// <summary>
/// A database on a <see cref="LocalPostgresResource"/>, created when the server is ready. Its connection string is that of its owner, a
/// role with the database's name.
/// </summary>
public sealed class LocalPostgresDatabaseResource(string name, LocalPostgresResource parent)
    : Resource(name), IResourceWithParent<LocalPostgresResource>, IResourceWithConnectionString
{
    readonly ParameterResource _password = new($"{name}-password", _ => parent.Cluster.PasswordOf(name), secret: true);

    public LocalPostgresResource Parent => parent;

    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{parent.Address};Username={Name};Password={_password};Database={Name}");
}
