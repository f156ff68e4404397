using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>Registers the feature.</summary>
public static class EnrollmentFeature
{
    /// <summary>Enrolment of devices by PIN or setup code.</summary>
    public static IServiceCollection AddEnrollment(this IServiceCollection services)
    {
        services.AddSettings<EnrollmentOptions>(EnrollmentOptions.Section);
        return services.AddSingleton<EnrollmentDoor>().AddSingleton<EnrollmentService>().AddHostedService(s => s.GetRequiredService<EnrollmentService>())
            .AddSingleton<IOperationSource, EnrollmentOperations>();
    }
}
