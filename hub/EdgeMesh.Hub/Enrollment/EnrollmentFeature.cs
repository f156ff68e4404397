using System;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Protocol.Enrollment;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>Registers the feature.</summary>
public static class EnrollmentFeature
{
    /// <summary>Enrolment of devices by PIN or setup code.</summary>
    public static IServiceCollection AddEnrollment(this IServiceCollection services)
    {
        services.AddOptions<EnrollmentOptions>().BindConfiguration(EnrollmentOptions.Section)
            .Validate(o => o.PinLength is >= EnrollmentSecret.PinLengthMin and <= EnrollmentSecret.PinLengthMax, "Enrollment:PinLength takes 6 to 8.")
            .Validate(o => o.MaxAttempts is >= 1 and <= 10, "Enrollment:MaxAttempts takes 1 to 10.")
            .Validate(o => o.Port is >= 0 and <= 65535, "Enrollment:Port takes a TCP port, or 0 for none.")
            .Validate(
                o => o.PinTimeout > TimeSpan.Zero && o.PinTimeout <= EnrollmentService.LongestLife && o.RetryDelay > TimeSpan.Zero && o.RetryDelay <= TimeSpan.FromMinutes(1)
                    && o.TryTimeout > TimeSpan.Zero && o.TryTimeout <= TimeSpan.FromMinutes(10),
                "Enrollment:PinTimeout takes up to a day, RetryDelay up to a minute, TryTimeout up to 10 minutes, such as 00:01:00.")
            .ValidateOnStart();
        return services.AddSingleton<EnrollmentDoor>().AddSingleton<EnrollmentService>().AddHostedService(s => s.GetRequiredService<EnrollmentService>())
            .AddSingleton<IOperationSource, EnrollmentOperations>();
    }
}
